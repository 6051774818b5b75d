import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { blockSpan, setBytes, shardShape } from '../src/manifest'
import { LocalSet } from '../src/set'
import type { LocalSetOptions, Progress } from '../src/set'
import { MemoryStore } from '../src/store/memory'
import { FakeInstance, fakeSet } from './fake-set'
import type { FakeSet } from './fake-set'

const BASE = 'https://set.example/set/'

/** How a server misbehaves: at each request it may change the bytes, cut the stream or answer something else. */
type Fault = (bytes: Uint8Array, request: number) => Uint8Array | { status: number } | { cutAfter: number; bytes: Uint8Array } | 'refuse'

interface Request {
  digest: string
  from: number
}

function server(set: FakeSet, fault: Fault = b => b, ranges = true) {
  const requests: Request[] = []
  const serve: typeof fetch = async (input, init) => {
    const digest = /([0-9a-f]{64})\.shard$/.exec(String(input))?.[1] ?? ''
    const file = set.files.get(digest)
    if (!file) return new Response('', { status: 404 })
    const range = /^bytes=(\d+)-$/.exec((init?.headers as Record<string, string> | undefined)?.range ?? '')
    const from = range ? Number(range[1]) : 0
    requests.push({ digest, from })
    const answer = fault(file.slice(), requests.length)
    if (answer === 'refuse') throw new TypeError('fetch failed')
    if ('status' in answer) return new Response('', { status: answer.status })
    let bytes = 'cutAfter' in answer ? answer.bytes : answer
    if (ranges) bytes = bytes.subarray(from)
    const end = Math.min('cutAfter' in answer ? answer.cutAfter : bytes.length, bytes.length)
    let at = 0
    const body = new ReadableStream<Uint8Array>({
      pull(c) {
        if (at >= end) {
          if (end < bytes.length) c.error(new TypeError('network error'))
          else c.close()
          return
        }
        // Chunks of a length that divides nothing.
        const part = bytes.slice(at, Math.min(at + 1777, end))
        at += part.length
        c.enqueue(part)
      },
    })
    return new Response(body, { status: ranges && range ? 206 : 200 })
  }
  return { serve, requests }
}

function localSet(set: FakeSet, serve: typeof fetch, o: Partial<LocalSetOptions> = {}) {
  const store = (o.store as MemoryStore | undefined) ?? new MemoryStore()
  const instance = new FakeInstance(set.manifest).asInstance()
  const local = new LocalSet({
    manifest: set.manifest, baseURL: BASE, store, lockName: 'test', fetch: serve, retryDelays: [1, 1, 1], ...o,
  })
  return { local, store, instance }
}

/** Whether the store holds the set's files, byte for byte. */
async function assertStored(set: FakeSet, store: MemoryStore): Promise<void> {
  for (const [digest, file] of set.files) {
    const [bytes] = await store.read(digest, [{ offset: 0, length: file.length }])
    assert.ok(bytes && Buffer.from(bytes).equals(Buffer.from(file)), `shard ${digest.slice(0, 8)} is not stored as it was sent`)
  }
}

const code = (want: string) => (err: unknown) => err instanceof VeilhashError && err.code === want

test('downloads, reports progress, and asks for nothing the second time', async () => {
  const set = fakeSet(10)
  const { serve, requests } = server(set)
  const progress: Progress[] = []
  const { local, store, instance } = localSet(set, serve, { onProgress: p => progress.push(p) })
  await local.load(instance)
  assert.equal(local.complete, false)
  await local.download(instance)
  assert.equal(local.complete, true)
  await assertStored(set, store)
  assert.equal(requests.length, 2)
  const total = setBytes(set.manifest)
  assert.deepEqual(progress.at(0), { done: 0, total })
  assert.deepEqual(progress.at(-1), { done: total, total })
  assert.ok(progress.length > 20)
  progress.reduce((a, b) => (assert.ok(b.done >= a.done, 'progress goes back'), b))

  const again = localSet(set, serve, { store })
  await again.local.load(again.instance)
  assert.equal(again.local.complete, true)
  await again.local.download(again.instance)
  assert.equal(requests.length, 2)
})

test('goes on where the connection broke, at the start of a block', async () => {
  const set = fakeSet(11, 1)
  // Each connection carries 10,000 bytes.
  const { serve, requests } = server(set, bytes => ({ bytes, cutAfter: 10_000 }))
  const { local, store, instance } = localSet(set, serve)
  await local.load(instance)
  await local.download(instance)
  await assertStored(set, store)
  const { leavesBytes } = shardShape(set.manifest.layers[0]!)
  assert.ok(requests.length >= 5)
  requests.forEach((r, i) => {
    if (i === 0) assert.equal(r.from, 0)
    else {
      assert.ok(r.from > requests[i - 1]!.from, 'an attempt did not get further')
      assert.equal((r.from - leavesBytes) % 4096, 0)
    }
  })
})

test('a later visit goes on with what an earlier one left', async () => {
  const set = fakeSet(12, 1)
  const store = new MemoryStore()
  const first = server(set, (bytes, n) => (n === 1 ? { bytes, cutAfter: 20_000 } : 'refuse'))
  const a = localSet(set, first.serve, { store })
  await a.local.load(a.instance)
  await assert.rejects(a.local.download(a.instance), code('set-unreachable'))
  const left = await store.size([...set.files.keys()][0]!)
  assert.ok(left > 10_000 && left <= 20_000, `${left} bytes were kept`)

  const second = server(set)
  const b = localSet(set, second.serve, { store })
  await b.local.load(b.instance)
  await b.local.download(b.instance)
  assert.deepEqual(second.requests.map(r => r.from), [left])
  await assertStored(set, store)
})

test('a server without ranges is asked for everything and the rest is used', async () => {
  const set = fakeSet(13, 1)
  const { serve, requests } = server(set, (bytes, n) => (n === 1 ? { bytes, cutAfter: 20_000 } : bytes), false)
  const { local, store, instance } = localSet(set, serve)
  await local.load(instance)
  await local.download(instance)
  assert.equal(requests.length, 2)
  await assertStored(set, store)
})

test('a flipped bit anywhere is noticed, nothing of it is stored, and the next answer is used', async () => {
  for (const offset of [0, 383, 384, 384 + 4096 * 5 + 7, 384 + 1420 * 32 - 1]) {
    const set = fakeSet(14, 1)
    const { serve, requests } = server(set, (bytes, n) => (n === 1 ? bytes.with(offset, bytes[offset]! ^ 4) : bytes))
    const { local, store, instance } = localSet(set, serve)
    await local.load(instance)
    await local.download(instance)
    await assertStored(set, store)
    const from = offset < 384 ? 0 : 384 + Math.floor((offset - 384) / 4096) * 4096
    assert.deepEqual(requests.map(r => r.from), [0, from === 384 ? 384 : from])
  }
})

test('a delta downloads its own bytes and no others', async () => {
  const base = fakeSet(21, 3)
  const store = new MemoryStore()
  const first = server(base)
  const before = localSet(base, first.serve, { store })
  await before.local.load(before.instance)
  await before.local.download(before.instance)
  assert.equal(first.requests.length, 3)

  const delta = fakeSet(22, 1)
  const both: FakeSet = {
    manifest: { ...base.manifest, epoch: 2, base: `1 ${'0'.repeat(64)}`, layers: [...base.manifest.layers, ...delta.manifest.layers] },
    text: '', files: new Map([...base.files, ...delta.files]),
  }
  let bytes = 0
  const second = server(both, b => {
    bytes += b.length
    return b
  })
  const progress: Progress[] = []
  const after = localSet(both, second.serve, { store, onProgress: p => progress.push(p) })
  await after.local.load(after.instance)
  assert.equal(after.local.complete, false)
  await after.local.download(after.instance)
  assert.deepEqual(second.requests, [{ digest: [...delta.files.keys()][0], from: 0 }])
  assert.equal(bytes, setBytes(delta.manifest))
  assert.deepEqual(progress[0], { done: setBytes(base.manifest), total: setBytes(both.manifest) })
  await assertStored(both, store)
})

const hopeless: [string, Fault, string][] = [
  ['damaged every time', b => b.with(1000, b[1000]! ^ 1), 'set-damaged'],
  ['too long', b => Uint8Array.of(...b, 0), 'set-damaged'],
  ['another file', b => new Uint8Array(b.length), 'set-damaged'],
  ['too short', b => b.slice(0, -1), 'set-unreachable'],
  ['missing', () => ({ status: 404 }), 'set-unreachable'],
  ['no server', () => 'refuse', 'set-unreachable'],
]
for (const [name, fault, want] of hopeless) {
  test(`gives up: ${name}`, async () => {
    const set = fakeSet(15, 1)
    const { serve, requests } = server(set, fault)
    const { local, instance } = localSet(set, serve)
    await local.load(instance)
    await assert.rejects(local.download(instance), code(want))
    assert.equal(local.complete, false)
    assert.ok(requests.length >= 4 && requests.length <= 9, `${requests.length} requests`)
  })
}

test('a silent connection is given up', async () => {
  const set = fakeSet(16, 1)
  const serve: typeof fetch = async (_, init) =>
    new Response(new ReadableStream({
      start: c => init?.signal?.addEventListener('abort', () => c.error(new DOMException('', 'AbortError'))),
    }))
  const { local, instance } = localSet(set, serve, { stallTimeout: 20 })
  await local.load(instance)
  await assert.rejects(local.download(instance), code('set-unreachable'))
})

test('reads blocks, and none of a shard that is not there', async () => {
  const set = fakeSet(17)
  const { serve } = server(set)
  const { local, store, instance } = localSet(set, serve)
  await local.load(instance)
  await local.download(instance)
  const refs = [{ layer: 0, shard: 1, block: 11 }, { layer: 0, shard: 0, block: 3 }, { layer: 0, shard: 1, block: 0 }]
  const shape = shardShape(set.manifest.layers[0]!)
  const want = refs.map(r => {
    const { offset, length } = blockSpan(shape, r.block)
    return set.files.get(set.manifest.layers[0]!.shards[r.shard]!.digest)!.slice(offset, offset + length)
  })
  assert.deepEqual((await local.read(refs)).map(b => b && [...b]), want.map(b => [...b]))
  await store.remove(set.manifest.layers[0]!.shards[1]!.digest)
  const blocks = await local.read([...refs, { layer: 3, shard: 0, block: 0 }])
  assert.deepEqual(blocks.map(b => b !== undefined), [false, true, false, false])
})

test('scrubbing throws away damaged shards only, and they are fetched again', async () => {
  const set = fakeSet(18, 3)
  const { serve, requests } = server(set)
  const { local, store, instance } = localSet(set, serve)
  await local.load(instance)
  await local.download(instance)
  const [, digest] = [...set.files.keys()]
  const file = set.files.get(digest!)!
  const writer = await store.append(digest!, 0)
  await writer.write(file.with(30_000, file[30_000]! ^ 1))
  await writer.close()

  await local.scrub(instance)
  assert.equal(local.complete, false)
  assert.deepEqual((await store.list()).length, 2)
  requests.length = 0
  await local.download(instance)
  assert.deepEqual(requests, [{ digest, from: 0 }])
  await assertStored(set, store)
})

test('stops when it is told to', async () => {
  const set = fakeSet(19, 1)
  const { serve } = server(set)
  const { local, instance } = localSet(set, serve, { onProgress: p => p.done > 10_000 && local.stop() })
  await local.load(instance)
  await assert.rejects(local.download(instance), code('set-unreachable'))
})
