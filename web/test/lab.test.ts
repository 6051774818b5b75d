// The laboratory: its parts in TypeScript, and its module against the same code built natively.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { frame, LabError, Module, parseFrame, sentence } from '../lab/module'
import { Client, latest, Pool } from '../lab/pool'
import { distance, entries, entryName, flips, fromHex, number, ownEntry, parseRecipe, recipe, setBytes } from '../lab/state'
import type { Picture, State } from '../lab/state'
import { csv, methods, sweep, Tally, verdicts } from '../lab/tally'
import type { Description, Examined, SchemeAbout } from '../lab/types'
import { startNative } from './lab-native'
import type { Native } from './lab-native'
import { root } from './vectors'

const A = '0f'.repeat(32)
const B = 'f'.repeat(63) + 'e'

test('distances and flips', () => {
  assert.equal(distance(A, A), 0)
  assert.equal(distance(A, '00'.repeat(32)), 128)
  assert.deepEqual(flips(B, 'f'.repeat(64)), [0])
  assert.deepEqual(flips('8' + '0'.repeat(63), '0'.repeat(64)), [255])
  assert.deepEqual(flips('0'.repeat(62) + '10', '0'.repeat(64)), [4])
  assert.deepEqual([...fromHex('00ff7f')], [0, 255, 127])
})

const operations = [{ name: 'jpeg', max: 100 }, { name: 'mirror', max: 0 }, { name: 'turn', max: 180 }] as Description['operations']

test('recipes come out as they went in', () => {
  for (const text of ['', 'jpeg:75', 'mirror', 'turn:-1.5,mirror,jpeg:3']) assert.equal(recipe(parseRecipe(text), operations), text)
  assert.equal(number(0.1 + 0.2), '0.3')
  assert.equal(number(1e-7), '0')
})

const picture = (name: string, quality: number, pdq = A): Picture =>
  ({ key: name.length, name, file: new Blob(), state: 'ready', about: { pdq, quality } } as Picture)

test('the set holds the pictures that can be listed, then the lists', () => {
  const [a, dull, b] = [picture('a', 100), picture('dull', 49), picture('bb', 50, B)]
  const broken = { key: 9, name: 'broken', file: new Blob(), state: 'broken' } as Picture
  const list = { name: 'list', hashes: fromHex(B + A), about: { entries: 2, summary: '', broken: [] } }
  const s = { description: { minQuality: 50 }, pictures: [a, dull, broken, b], lists: [list] } as unknown as State
  assert.deepEqual([a, dull, broken, b].map(p => ownEntry(p, s)), [0, -1, -1, 1])
  assert.deepEqual(Buffer.from(setBytes(s)).toString('hex'), A + B + B + A)
  assert.deepEqual(entries(s).map(entryName), ['a', 'bb', 'list, entry 1', 'list, entry 2'])
})

const scheme = (name: string) => ({ name, about: {} as SchemeAbout })
const found = (schemes: number[][], own: number, ownViews: number, within: number[] = []): Examined => ({
  schemes: schemes.map(entries => ({ text: '', probes: [], entries })), own, ownViews, within, classic: ['00', 'ff', '0f'],
} as unknown as Examined)

test('verdicts and their count', () => {
  const all = methods([scheme('exact'), scheme('wide')], ['pHash', 'dHash', 'aHash'])
  assert.deepEqual(all.map(m => m.private), [true, true, false, false, false, false, false])
  assert.deepEqual(verdicts(found([[], [4]], 32, 31), 4, ['00', '00', '0f']), [false, true, false, true, true, true, true])
  assert.deepEqual(verdicts(found([[], [4]], -1, -1), -1, []), [false, false, false, false], 'a picture that is not in the set')
  const tally = new Tally(all, [{ label: '=1+1', group: 'g', edit: { name: '', recipe: 'jpeg:75,mirror' } }])
  tally.add(0, 11, 4, found([[], [4, 7]], 3, 3, [4, 7, 9]), ['00', 'ff', '0f'], entry => entry)
  tally.add(0, 12, 5, found([[5], [5]], 40, 40), ['ffff', 'ff', '0f'], entry => entry)
  tally.fail(0)
  assert.deepEqual(tally.rows[0]!.hits, [1, 2, 1, 1, 1, 2, 2])
  assert.deepEqual(tally.wrong.map(w => [w.picture, w.entry, w.methods]), [[11, 7, ['wide', 'PDQ ≤ 31']], [11, 9, ['PDQ ≤ 31']]])
  assert.deepEqual(tally.counts()[1], [2, 2])
  const lines = csv(tally, tally.counts().map(([h, n]) => ({ value: h / n, low: 0, high: 1 }))).split('\r\n')
  assert.equal(lines.length, 9)
  assert.equal(lines[2], `'=1+1,"jpeg:75,mirror",g,wide,true,2,2,1.000000,0.000000,1.000000,1`)
})

test('a sweep has its ends, and no amount twice', () => {
  assert.deepEqual(sweep(90, 10, 5, 1), [90, 70, 50, 30, 10])
  assert.deepEqual(sweep(1, 2, 5, 1), [1, 2])
  assert.deepEqual(sweep(0.1, 0.4, 4, 0.1), [0.1, 0.2, 0.3, 0.4])
})

test('frames', () => {
  const [length, text, rest] = frame({ op: 'x', ä: 1 }, [new Uint8Array([7])])
  assert.equal(new DataView(length!.buffer).getUint32(0, true), text!.length)
  const whole = Uint8Array.from([...length!, ...text!, ...rest!])
  assert.deepEqual(parseFrame(whole), { answer: { op: 'x', ä: 1 }, bytes: new Uint8Array([7]) })
  const failed = Uint8Array.from(frame({ error: 'lab: it is late' }, []).flatMap(p => [...p]))
  assert.throws(() => parseFrame(failed), (err: unknown) => err instanceof LabError && err.message === 'It is late.')
  assert.equal(sentence('edit: recipe refused: "jpeg" takes'), '"jpeg" takes.')
})

test('only the latest of what is asked for runs, and its failure does not stop the next', async () => {
  let runs = 0
  let release = () => {}
  const ask = latest(async () => {
    runs++
    await new Promise<void>(resolve => { release = resolve })
  })
  void ask()
  for (let i = 0; i < 5; i++) void ask()
  await Promise.resolve()
  release()
  await new Promise(resolve => setTimeout(resolve))
  assert.equal(runs, 2)
  release()
  const failing = latest(() => Promise.reject(new Error('no')))
  await assert.rejects(failing)
  await assert.rejects(failing)
})

test('a pool shares its work and stops when it is told to', async () => {
  const worker = () => new Client(new EventTarget() as Worker)
  const pool = new Pool([worker(), worker(), worker()])
  const stop = new AbortController()
  const [seen, by]: [number[], Set<Client>] = [[], new Set()]
  await pool.each([...Array(100).keys()], stop.signal, async (client, n) => {
    seen.push(n)
    by.add(client)
    await new Promise(resolve => setTimeout(resolve))
    if (n === 50) stop.abort()
  })
  assert.equal(by.size, 3)
  assert.ok(seen.length >= 51 && seen.length <= 54)
})

test('a worker that cannot start rejects what is asked of it', async () => {
  const target = Object.assign(new EventTarget(), { postMessage: () => target.dispatchEvent(new Event('error', { cancelable: true })) })
  const client = new Client(target as unknown as Worker)
  await assert.rejects(client.call({ op: 'describe' }), LabError)
  await assert.rejects(client.call({ op: 'describe' }), LabError)
})

let native: Native
let module: Module
before(async () => {
  native = startNative()
  module = await Module.create(await WebAssembly.compile(readFileSync(join(root, 'web/dist/lab/lab.wasm'))))
})
after(() => native?.close())

test('WebAssembly finds what the native code finds, to the bit, for every edit but WebP', { timeout: 600_000 }, async () => {
  const files = ['5-speakers.jpeg', '8-penguin.png'].map(name => join(native.samples, name))
  const both = async (request: object, ...parts: Uint8Array[]): Promise<{ answer: unknown; bytes: Uint8Array }> => {
    const a = module.call(request, ...parts)
    const b = await native.call(request, ...parts)
    const timeless = (v: unknown) => ({ ...v as object, times: undefined })
    assert.deepEqual(timeless(a.answer), timeless(b.answer), JSON.stringify(request))
    assert.deepEqual(a.bytes, b.bytes, `pixels of ${JSON.stringify(request)}`)
    return a
  }
  const description = (await both({ op: 'describe' })).answer as Description
  assert.ok(description.edits.length >= 50)
  for (const [key, name] of files.entries()) {
    const opened = (await both({ op: 'open', key, side: 64 }, readFileSync(name))).answer as { pdq: string }
    await both({ op: 'set' }, fromHex(opened.pdq + A))
    const request = (e: { name: string }) => ({ op: 'examine', key, edit: { name: e.name }, seed: '9', schemes: description.presets.map(p => p.text), own: 0, side: 4096 })
    const edits = description.edits.filter(e => e.group !== 'large messenger')
    const webp = edits.filter(e => e.recipe.includes('webp'))
    assert.ok(edits.length >= 46 && webp.length === 3)
    for (const e of edits.filter(e => !webp.includes(e))) {
      const { answer } = await both(request(e))
      assert.ok((answer as Examined).views.length > 10)
    }
    // The WebP encoder writes something else on another platform, and where it has several processors: these copies are near, not equal.
    for (const e of webp) {
      const [a, b] = [module.call(request(e)), await native.call(request(e))].map(r => r.answer as Examined)
      assert.equal(a!.width, b!.width)
      assert.ok(distance(a!.views[0]!.pdq, b!.views[0]!.pdq) <= 16, `${e.name}: ${a!.views[0]!.pdq} and ${b!.views[0]!.pdq}`)
    }
    await both({ op: 'examine', key, edit: { recipe: 'flip,scale-sharp:70,gamma:1.7,turn-cropped:2.5,text:3,noise:4,frame:2,jpeg:40' }, seed: '0', schemes: ['balanced'], own: 0, side: 4096 })
  }
})

test('what is refused is said, and the module goes on', () => {
  assert.throws(() => module.call({ op: 'open', key: 5, side: 0 }, new TextEncoder().encode('no picture')), /Not a JPEG, PNG/)
  assert.throws(() => module.call({ op: 'scheme', text: 'lowest-frequency bits=7 probes=as-is:1' }), /Bits is not a number from 8 to 256/)
  assert.throws(() => module.call({ op: 'scheme', text: 'phash-64 bits=63 probes=as-is:1' }), LabError)
  assert.equal((module.call({ op: 'scheme', text: 'balanced' }).answer as SchemeAbout).probes, 16)
  assert.equal(module.spent, false)
})
