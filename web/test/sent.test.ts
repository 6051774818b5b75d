// The memory of sent points over scanner.wasm, under the golden set with its synthetic vouchers: what one instance sent another knows, whatever happened in between.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { Instance, payloadKinds } from '../src/instance'
import type { Sealing } from '../src/instance'
import { blockSpan, parseManifest, shardShape } from '../src/manifest'
import { SentMemory } from '../src/sent'
import { MemoryRecords } from '../src/store/records'
import type { SentRecord, SentRecords } from '../src/store/records'
import { fromHex, setID, toHex } from './reference/encoding'
import { scalar } from './reference/set'
import { bindingDigest, open } from './reference/voucher'
import { synthetic } from './synthetic'
import { goldenManifest, goldenShards, root, vectors } from './vectors'
import type { SetVector } from './vectors'

const wasm = process.env.SCANNER_WASM ?? join(root, 'web/dist/scanner.wasm')
const module = await WebAssembly.compile(readFileSync(wasm))
const utf8 = new TextEncoder()
const text = goldenManifest()
const manifest = parseManifest(text)
const golden = vectors<SetVector>('set.json')
const later = () => Date.now() + 1e9

/** An account of which no synthetic point is due: found by trying, because none may take a picture's place in these tests. */
const account = await (async () => {
  for (;;) {
    const file = (await Instance.create(module)).newAccount()
    const probe = await start(file)
    const blank = seal(probe, 99)
    if (blank.receipt.length === 16 + 8) return file // the picture's own point alone
  }
})()

async function start(file: Uint8Array): Promise<Instance> {
  const instance = await Instance.create(module)
  instance.open(utf8.encode(text), file)
  const shape = shardShape(manifest.layers[0]!)
  manifest.layers[0]!.shards.forEach((s, i) => instance.leaves(0, i, goldenShards().get(s.digest)!.subarray(0, shape.leavesBytes)))
  return instance
}

/** Scans a picture whose seed names it, and seals it. */
function seal(instance: Instance, seed: number): Sealing {
  const p = synthetic(seed, seed === 2 ? 260 : 300, seed === 2 ? 260 : 200)
  const scan = instance.begin(p.width, p.height)
  do instance.writeRows(scan, p.rgba)
  while (instance.endPass(scan))
  for (const ref of instance.lookups(scan)) {
    const layer = manifest.layers[ref.layer]!
    const { offset, length } = blockSpan(shardShape(layer), ref.block)
    instance.provide(scan, ref, goldenShards().get(layer.shards[ref.shard]!.digest)!.slice(offset, offset + length))
  }
  const sealed = instance.seal(scan, utf8.encode('alice'), utf8.encode('m'), payloadKinds.none, new Uint8Array())
  instance.release(scan)
  return sealed
}

/** How many of an upload's vouchers open, by the independent implementation. */
const opens = (u: Sealing): number =>
  u.vouchers.filter(v => open(v, setID(text), bindingDigest('alice', 'm'), [scalar(fromHex(golden.alpha))]) !== undefined).length

const send = (m: SentMemory, i: Instance, seed: number) => m.seal(i, later(), () => seal(i, seed))

test('an upload is two vouchers, of which one opens for a picture of the set', async () => {
  const memory = new SentMemory(new MemoryRecords(), 'page')
  const instance = await start(account)
  const member = await send(memory, instance, 1)
  assert.equal(member.vouchers.length, 2)
  assert.equal(opens(member), 1)
  assert.equal(opens(await send(memory, instance, 50)), 0)
})

test('what was acknowledged does not go out again, from any instance or page', async () => {
  const records = new MemoryRecords()
  const memory = new SentMemory(records, 'page')
  const instance = await start(account)
  const first = await send(memory, instance, 1)
  await memory.acknowledge(first.receipt, later(), instance)
  await memory.acknowledge(first.receipt, later(), instance)
  for (const [m, i] of [[memory, instance], [memory, await start(account)], [new SentMemory(records, 'next'), await start(account)]] as const) {
    const again = await send(m, i, 1)
    assert.equal(again.report.held, 'repeat')
    assert.equal(opens(again), 0)
    const other = await send(m, i, 2)
    assert.equal(other.report.held, undefined)
    assert.equal(opens(other), 1)
    await m.abandon(other.receipt, later(), i)
  }
  assert.equal((await memory.sent(instance, later())).length, 16 + 8)
})

test('what is under way does not go out twice; what is abandoned, or lost with its page, does', async () => {
  const records = new MemoryRecords()
  const memory = new SentMemory(records, 'page')
  const instance = await start(account)
  const first = await send(memory, instance, 1)
  assert.equal((await send(memory, instance, 1)).report.held, 'repeat')
  // A worker broke down: its successor is told by the page which receipts have come.
  const informed = new SentMemory(records, 'page', [first.receipt])
  assert.equal((await send(informed, await start(account), 1)).report.held, 'repeat')
  const uninformed = new SentMemory(records, 'page')
  const retried = await send(uninformed, await start(account), 1)
  assert.equal(retried.report.held, undefined)
  await uninformed.abandon(retried.receipt, later())
  // A page is gone; the next one resumes its upload, or does not.
  const next = new SentMemory(records, 'next')
  const fresh = await start(account)
  await next.resume(first.receipt, later(), fresh)
  assert.equal((await send(next, fresh, 1)).report.held, 'repeat')
  await next.abandon(first.receipt, later(), fresh)
  assert.equal((await send(next, fresh, 1)).report.held, undefined)
})

test('another device takes the memory', async () => {
  const here = new SentMemory(new MemoryRecords(), 'here')
  const instance = await start(account)
  await here.acknowledge((await send(here, instance, 1)).receipt, later(), instance)
  const there = new SentMemory(new MemoryRecords(), 'there')
  const other = await start(account)
  await there.acknowledge(await here.sent(instance, later()), later(), other)
  assert.equal((await send(there, other, 1)).report.held, 'repeat')
})

test('a store that fails or lies does not keep a voucher from being made', async () => {
  class Broken implements SentRecords {
    get(): Promise<undefined> { return Promise.reject(new Error('gone')) }
    put(): Promise<void> { return Promise.reject(new Error('full')) }
    prune(): Promise<void> { return Promise.reject(new Error('gone')) }
  }
  const broken = new SentMemory(new Broken(), 'page')
  const instance = await start(account)
  const first = await send(broken, instance, 1)
  assert.equal(opens(first), 1)
  assert.equal(broken.problem, 'sent-unkept')
  await broken.acknowledge(first.receipt, later(), instance)
  assert.equal((await send(broken, instance, 1)).report.held, 'repeat', 'it is remembered as long as the page lives')

  const records = new MemoryRecords()
  const scope = toHex(instance.sent().subarray(0, 16))
  for (const memory of [new Uint8Array(3), new Uint8Array(24), new Uint8Array(16).fill(7)]) {
    await records.put({ scope, version: 9, until: later(), memory, underWay: [] } satisfies SentRecord)
    const m = new SentMemory(records, 'page')
    assert.equal(opens(await send(m, await start(account), 1)), 1)
  }
})

test('what is no receipt is refused', async () => {
  const memory = new SentMemory(new MemoryRecords(), 'page')
  const bad = [new Uint8Array(), new Uint8Array(17), new Uint8Array(24), Uint8Array.from({ length: 32 }, (_, i) => (i === 23 ? 2 : i === 31 ? 1 : 0)), new Uint8Array(24).fill(255)]
  for (const receipt of bad) {
    for (const how of ['acknowledge', 'abandon', 'resume'] as const) {
      await assert.rejects(async () => memory[how](receipt, later()), (err: unknown) => err instanceof VeilhashError && err.code === 'sent')
    }
  }
})

test('records of periods that are over go', async () => {
  const records = new MemoryRecords()
  await records.put({ scope: 'aa', version: 1, until: Date.now() - 10 * 86_400_000, memory: new Uint8Array(16), underWay: [] })
  const memory = new SentMemory(records, 'page')
  await send(memory, await start(account), 1)
  assert.equal(await records.get('aa'), undefined)
})
