// scanner.wasm in Node, through the package's own WASI shim and boundary: pictures of the golden set are scanned, and the vouchers
// opened by the independent implementation.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { Instance, payloadKinds } from '../src/instance'
import { blockSpan, parseManifest, shardShape } from '../src/manifest'
import { fromHex, setID, toHex } from './reference/encoding'
import { lines, scalar } from './reference/set'
import { positions, token } from './reference/token'
import { bindingDigest, open } from './reference/voucher'
import { synthetic } from './synthetic'
import type { Picture } from './synthetic'
import { goldenShards, plainManifest, root, vectors } from './vectors'
import type { SetVector } from './vectors'

const wasm = process.env.SCANNER_WASM ?? join(root, 'web/dist/scanner.wasm')
const module = await WebAssembly.compile(readFileSync(wasm)).catch((err: unknown) => {
  throw new Error(`cannot load ${wasm}: build it with npm run build, or set SCANNER_WASM`, { cause: err })
})

const text = plainManifest()
const id = toHex(setID(text))
const manifest = parseManifest(text)
const golden = vectors<SetVector>('set.json')
const shards = goldenShards()
const utf8 = new TextEncoder()
const code = (want: string) => (err: unknown) => err instanceof VeilhashError && err.code === want

async function start(): Promise<Instance> {
  const instance = await Instance.create(module)
  assert.equal(toHex(instance.open(utf8.encode(text), instance.newAccount())), id)
  manifest.layers[0]!.shards.forEach((s, i) => {
    const shape = shardShape(manifest.layers[0]!)
    instance.leaves(0, i, shards.get(s.digest)!.subarray(0, shape.leavesBytes))
  })
  return instance
}

function block(ref: { layer: number; shard: number; block: number }): Uint8Array {
  const layer = manifest.layers[ref.layer]!
  const { offset, length } = blockSpan(shardShape(layer), ref.block)
  return shards.get(layer.shards[ref.shard]!.digest)!.slice(offset, offset + length)
}

/** Feeds a picture in strips of 7 rows. */
function feed(instance: Instance, p: Picture): number {
  const scan = instance.begin(p.width, p.height)
  let passes = 0
  for (let again = true; again; passes++) {
    for (let y = 0; y < p.height; y += 7) instance.writeRows(scan, p.rgba.subarray(4 * p.width * y, 4 * p.width * Math.min(y + 7, p.height)))
    again = instance.endPass(scan)
  }
  assert.ok(passes <= 2)
  return scan
}

const payload = utf8.encode('what the picture looks like')

function seal(instance: Instance, scan: number) {
  const sealed = instance.seal(scan, utf8.encode('alice'), utf8.encode('message 1'), payloadKinds.derivative, payload)
  instance.release(scan)
  assert.equal(sealed.vouchers.length, 1)
  const [voucher] = sealed.vouchers as [Uint8Array]
  const opened = open(voucher, fromHex(id), bindingDigest('alice', 'message 1'), [scalar(fromHex(golden.alpha))])
  instance.abandon(sealed.receipt)
  return { ...sealed, voucher, opened }
}

const tokenBits = Number(/ bits=(\d+) /.exec(manifest.scheme)![1])

test('pictures of the golden set are found, others are not', async () => {
  const instance = await start()
  const pictures: [string, Picture, boolean][] = [
    ['the first', synthetic(1, 300, 200), true],
    ['the second', synthetic(2, 260, 260), true],
    ['the third', synthetic(3, 90, 120), true],
    ['a stranger', synthetic(99, 300, 200), false],
  ]
  const lengths = new Set<number>()
  for (const [name, p, member] of pictures) {
    const scan = feed(instance, p)
    const pdq = toHex(instance.features(scan))
    for (const ref of instance.lookups(scan)) assert.equal(instance.provide(scan, ref, block(ref)), true)
    const { voucher, report, opened } = seal(instance, scan)
    lengths.add(voucher.length)
    assert.equal(opened !== undefined, member, name)
    if (opened) {
      assert.equal(opened.opened.kind, 1)
      const period = Math.floor(Date.now() / 1000 / 86400 / manifest.periodDays)
      assert.ok(Math.abs(opened.opened.period - period) <= 1)
    }

    // The report tells what was done: its probes are the distinct tokens of the views with those bits flipped.
    assert.equal(report.reason, undefined)
    assert.deepEqual(report.alarms, [])
    assert.deepEqual(report.views.map(v => v.view), ['as-is', 'pad-15', 'trim'])
    assert.equal(report.views[0]!.pdq, pdq)
    assert.equal(report.probes.length, 16)
    const tokens = report.probes.map(q => {
      assert.equal(q.dummy, false)
      return toHex(token(tokenBits, report.views.find(v => v.view === q.view)!.pdq, positions(q.flips)))
    })
    assert.equal(new Set(tokens).size, 16)
    if (member) assert.ok(golden.places.some(g => g.member && tokens.includes(g.token)), `${name}: no probe is an entry's token`)
  }
  assert.equal(lengths.size, 1, 'vouchers of several lengths')
})

test('two vouchers of one picture share nothing', async () => {
  const instance = await start()
  const p = synthetic(1, 300, 200)
  const vouchers = [0, 1].map(() => {
    const scan = feed(instance, p)
    for (const ref of instance.lookups(scan)) instance.provide(scan, ref, block(ref))
    return seal(instance, scan).voucher
  })
  const blocks = (v: Uint8Array) => Array.from({ length: Math.floor((v.length - 92 - 8) / 32) }, (_, i) => toHex(v.subarray(92 + 32 * i, 124 + 32 * i)))
  assert.equal(new Set(vouchers.flatMap(blocks)).size, 2 * blocks(vouchers[0]!).length)
})

test('damaged and missing blocks end in dummies and alarms, never in an error', async () => {
  const instance = await start()
  const scan = feed(instance, synthetic(1, 300, 200))
  instance.lookups(scan).forEach((ref, i) => {
    if (i % 2) return // never handed over
    const b = block(ref)
    assert.equal(instance.provide(scan, ref, b.with(100, b[100]! ^ 1)), false)
  })
  const { report, opened } = seal(instance, scan)
  assert.equal(opened, undefined)
  assert.ok(report.probes.every(p => p.dummy))
  assert.deepEqual([...new Set(report.alarms.map(a => a.code))].sort(), ['block', 'unread'])
})

test('blocks that are never provided end in dummies', async () => {
  const instance = await start()
  const { report, opened } = seal(instance, feed(instance, synthetic(1, 300, 200)))
  assert.equal(opened, undefined)
  assert.ok(report.probes.every(p => p.dummy))
})

test('pictures that cannot be looked up have vouchers of dummies', async () => {
  const instance = await start()
  const length = seal(instance, feed(instance, synthetic(5, 50, 50))).voucher.length
  const cases: [string, (i: Instance) => number, string][] = [
    ['undecodable', i => { const s = i.begin(1, 1); i.fail(s); return s }, 'picture-undecodable'],
    ['blank', i => feed(i, { width: 20, height: 20, rgba: new Uint8Array(1600).fill(255) }), 'picture-quality'],
    ['cut short', i => { const s = i.begin(20, 20); i.writeRows(s, new Uint8Array(800)); return s }, 'picture-incomplete'],
    ['without pixels', i => i.begin(0, 5), 'picture-size'],
    ['too large', i => i.begin(30000, 30000), 'picture-size'],
    ['of a negative size', i => i.begin(-3, -3), 'picture-size'],
    ['of rows that are none', i => {
      const s = i.begin(20, 20)
      assert.throws(() => i.writeRows(s, new Uint8Array(81)), code('picture-rows'))
      return s
    }, 'picture-rows'],
  ]
  for (const [name, make, want] of cases) {
    const scan = make(instance)
    assert.deepEqual(instance.lookups(scan), [], name)
    const { voucher, report, opened } = seal(instance, scan)
    assert.equal(voucher.length, length, name)
    assert.equal(report.reason?.code, want, name)
    assert.equal(opened, undefined, name)
  }
})

test('misuse of the boundary is an error, and the instance goes on', async () => {
  const instance = await start()
  const account = instance.newAccount()
  assert.throws(() => instance.open(utf8.encode(text), account), code('internal'))
  assert.throws(() => instance.endPass(77), code('internal'))
  assert.throws(() => instance.leaves(9, 0, new Uint8Array(32)), code('ref'))
  assert.throws(() => instance.leaves(0, 0, new Uint8Array(32)), code('length'))
  assert.throws(() => instance.checkBlock({ layer: 0, shard: 0, block: 500 }, new Uint8Array(32)), code('length'))
  const scan = instance.begin(1, 1)
  assert.throws(() => instance.seal(scan, utf8.encode('a'), utf8.encode('b'), 1, new Uint8Array(253)), code('payload'))
  assert.throws(() => instance.seal(scan, new Uint8Array(65536), utf8.encode('b'), 0, new Uint8Array()), code('binding-length'))
  assert.ok(instance.seal(scan, utf8.encode('a'), utf8.encode('b'), 1, new Uint8Array(252)).vouchers.length > 0)
  assert.equal(instance.poisoned, false)
})

test('what is not a manifest or an account is refused', async () => {
  const good = new TextDecoder().decode((await Instance.create(module)).newAccount())
  const cases: [string, string, string][] = [
    ['', good, 'config'],
    ['veilhash-set v1\n', good, 'manifest'],
    [text.slice(0, -1), good, 'manifest'],
    [text.replace(/\nkey [0-9a-f]{64}/, `\nkey ${'0'.repeat(64)}`), good, 'manifest'],
    [text.replace('lowest-frequency', 'highest-frequency'), good, 'scheme'],
    [text.replace('\nhasher pdq-canonical', '\nhasher md5'), good, 'hasher'],
    [text, 'no account', 'account'],
    [text, good.replace(/[0-9a-f]{8}\n$/, '00000000\n'), 'account-damaged'],
  ]
  for (const [m, a, want] of cases) {
    const instance = await Instance.create(module)
    assert.throws(() => instance.open(utf8.encode(m), utf8.encode(a)), code(want), want)
  }
  // The TypeScript parser and the Go one refuse the same manifest with any line left out.
  const all = text.trimEnd().split('\n')
  assert.ok(all.length >= 20 && lines(text).length === all.length)
  for (let i = 0; i < all.length; i++) {
    const shorter = all.filter((_, j) => j !== i).join('\n') + '\n'
    assert.throws(() => parseManifest(shorter), code('manifest'))
    const instance = await Instance.create(module)
    assert.throws(() => instance.open(utf8.encode(shorter), utf8.encode(good)), code('manifest'))
  }
})

test('accounts are fresh', async () => {
  const instance = await Instance.create(module)
  assert.notDeepEqual(instance.newAccount(), instance.newAccount())
})
