// A set on the device: which shards are there, fetching those that are not, and reading blocks.
//
// Nothing unverified is ever written: a shard's list of block digests is checked against the manifest, then each block against
// its digest, as the bytes arrive. So what is stored is a verified prefix, and a download goes on where it was interrupted. What
// is read later is verified again, because disks fail.

import { VeilhashError } from './errors'
import type { Instance } from './instance'
import { BLOCK_BYTES, blockSpan, shardShape, setBytes } from './manifest'
import type { BlockRef, Manifest, ShardShape } from './manifest'
import { concat } from './store/memory'
import type { ShardStore } from './store/store'

/** How far a download is, in bytes of the whole set; what was there already counts. */
export interface Progress {
  done: number
  total: number
}

export interface LocalSetOptions {
  manifest: Manifest
  /** Address of the folder that holds `manifest` and the shards, ending in a slash. */
  baseURL: string
  store: ShardStore
  /** Names the locks that keep two tabs from writing one file. */
  lockName: string
  onProgress?: (progress: Progress) => void
  fetch?: typeof fetch
  /** Waits between attempts, in milliseconds. An attempt that brought bytes starts over. */
  retryDelays?: number[]
  /** How long a connection may be silent, in milliseconds. */
  stallTimeout?: number
}

const RETRY_DELAYS = [500, 1000, 2000, 4000]
const STALL_TIMEOUT = 30_000

interface ShardPlace {
  layer: number
  shard: number
  digest: string
  shape: ShardShape
}

export class LocalSet {
  readonly manifest: Manifest
  private readonly o: LocalSetOptions
  private readonly shards: ShardPlace[]
  /** Shards that are complete and whose leaves the current instance holds, by digest. */
  private readonly ready = new Set<string>()
  /** Bytes of each shard that are verified, by digest. */
  private readonly have = new Map<string, number>()
  private stopped = false

  constructor(options: LocalSetOptions) {
    this.o = options
    this.manifest = options.manifest
    this.shards = options.manifest.layers.flatMap((l, layer) =>
      l.shards.map((s, shard) => ({ layer, shard, digest: s.digest, shape: shardShape(l) })),
    )
  }

  /** Whether every shard is on the device. */
  get complete(): boolean {
    return this.shards.every(s => this.ready.has(s.digest))
  }

  /** The digests of the set's shards. */
  get digests(): string[] {
    return this.shards.map(s => s.digest)
  }

  /** Gives an instance the leaves of every shard that is stored completely. A fresh instance needs this again. */
  async load(instance: Instance): Promise<void> {
    this.ready.clear()
    for (const s of this.shards) {
      const size = await this.o.store.size(s.digest)
      if (size === s.shape.bytes && (await this.loadLeaves(instance, s))) this.ready.add(s.digest)
      this.have.set(s.digest, size)
    }
  }

  /** Downloads what is missing. Rejects with `set-unreachable`, `set-damaged` or `store-failed`; what has come is kept. */
  async download(instance: Instance): Promise<void> {
    this.report()
    for (const s of this.shards) {
      if (this.ready.has(s.digest)) continue
      await withLock(`veilhash:${this.o.lockName}:${s.digest}`, () => this.downloadShard(instance, s))
      this.ready.add(s.digest)
      this.report()
    }
  }

  /** Ends every download at its next step. */
  stop(): void {
    this.stopped = true
  }

  /** Reads blocks. One that cannot be read is undefined; none of them has been verified. */
  async read(refs: BlockRef[]): Promise<(Uint8Array | undefined)[]> {
    const result = refs.map((): Uint8Array | undefined => undefined)
    const byShard = new Map<ShardPlace, number[]>()
    refs.forEach((ref, i) => {
      const s = this.shards.find(s => s.layer === ref.layer && s.shard === ref.shard)
      if (s && this.ready.has(s.digest)) byShard.set(s, [...(byShard.get(s) ?? []), i])
    })
    await Promise.all(
      [...byShard].map(async ([s, indexes]) => {
        const blocks = await this.o.store
          .read(s.digest, indexes.map(i => blockSpan(s.shape, refs[i]?.block ?? 0)))
          .catch(() => [])
        indexes.forEach((i, n) => {
          result[i] = blocks[n]
        })
      }),
    )
    return result
  }

  /**
   * Reads and verifies every block of the set, and throws away the shards in which one is damaged. The whole set is read, not the
   * shard in which damage was noticed, so that what is fetched again does not follow from the picture.
   */
  async scrub(instance: Instance): Promise<void> {
    for (const s of this.shards) {
      const intact = this.ready.has(s.digest) && (await this.verifyShard(instance, s))
      if (intact) continue
      this.ready.delete(s.digest)
      this.have.set(s.digest, 0)
      await this.o.store.remove(s.digest)
    }
  }

  private async verifyShard(instance: Instance, s: ShardPlace): Promise<boolean> {
    if (!(await this.loadLeaves(instance, s))) return false
    const batch = 64
    for (let first = 0; first < s.shape.blocks; first += batch) {
      const numbers = Array.from({ length: Math.min(batch, s.shape.blocks - first) }, (_, i) => first + i)
      const blocks = await this.o.store.read(s.digest, numbers.map(n => blockSpan(s.shape, n)))
      for (const [i, block] of numbers.entries()) {
        const bytes = blocks[i]
        if (!bytes || !passes(() => instance.checkBlock({ ...s, block }, bytes))) return false
      }
    }
    return true
  }

  /** Whether the stored leaves agree with the manifest; if so the instance has them. */
  private async loadLeaves(instance: Instance, s: ShardPlace): Promise<boolean> {
    const [leaves] = await this.o.store.read(s.digest, [{ offset: 0, length: s.shape.leavesBytes }])
    return leaves !== undefined && passes(() => instance.leaves(s.layer, s.shard, leaves))
  }

  private report(): void {
    let done = 0
    for (const s of this.shards) done += Math.min(this.have.get(s.digest) ?? 0, s.shape.bytes)
    this.o.onProgress?.({ done, total: setBytes(this.manifest) })
  }

  private async downloadShard(instance: Instance, s: ShardPlace): Promise<void> {
    const delays = this.o.retryDelays ?? RETRY_DELAYS
    let cache: RequestCache = 'default'
    for (let failures = 0; ; ) {
      // Where to go on. Another tab may have been at it meanwhile.
      let from = await this.o.store.size(s.digest)
      if (from < s.shape.leavesBytes || from > s.shape.bytes || !(await this.loadLeaves(instance, s))) from = 0
      if (from < s.shape.bytes) from -= from && (from - s.shape.leavesBytes) % BLOCK_BYTES
      this.have.set(s.digest, from)
      if (from === s.shape.bytes) return

      try {
        await this.fetchShard(instance, s, from, cache)
        return
      } catch (err) {
        if (!(err instanceof VeilhashError) || !['set-unreachable', 'set-damaged'].includes(err.code)) throw err
        if ((this.have.get(s.digest) ?? 0) > from) failures = 0
        if (err.code === 'set-damaged') cache = 'reload' // it may be a cache that is damaged
        const delay = delays[failures++]
        if (delay === undefined || this.stopped) throw err
        await new Promise(resolve => setTimeout(resolve, delay))
      }
    }
  }

  /** One attempt at a shard from an offset that is 0 or the start of a block. */
  private async fetchShard(instance: Instance, s: ShardPlace, from: number, cache: RequestCache): Promise<void> {
    const writer = await this.o.store.append(s.digest, from)
    try {
      let at = from
      let waiting: Uint8Array[] = []
      let length = 0
      for await (const bytes of this.stream(s, from, cache)) {
        waiting.push(bytes)
        length += bytes.length
        if (at + length > s.shape.bytes) throw damaged('a shard is longer than its manifest says')
        // What can be verified is verified and written; the rest waits for more.
        let data = concat(waiting)
        const verified: Uint8Array[] = []
        try {
          for (let want = this.next(s, at); want > 0 && data.length >= want; want = this.next(s, at)) {
            const part = data.subarray(0, want)
            this.verify(instance, s, at, part)
            verified.push(part)
            data = data.subarray(want)
            at += want
          }
        } finally {
          if (verified.length > 0) await writer.write(concat(verified))
          this.have.set(s.digest, at)
        }
        waiting = [data]
        length = data.length
        this.report()
      }
      if (at < s.shape.bytes) throw new VeilhashError('set-unreachable', 'the connection ended in the middle of a shard')
    } finally {
      await writer.close()
    }
  }

  /** Bytes of the part that begins at an offset: the leaves, then one block after the other. */
  private next(s: ShardPlace, at: number): number {
    return at === 0 ? s.shape.leavesBytes : Math.min(BLOCK_BYTES, s.shape.bytes - at)
  }

  private verify(instance: Instance, s: ShardPlace, at: number, part: Uint8Array): void {
    const ok = passes(() => {
      if (at === 0) instance.leaves(s.layer, s.shard, part)
      else instance.checkBlock({ ...s, block: (at - s.shape.leavesBytes) / BLOCK_BYTES }, part)
    })
    if (!ok) throw damaged('a shard that the server sends does not agree with its digest')
  }

  /** The shard's bytes from an offset on, as they arrive. */
  private async *stream(s: ShardPlace, from: number, cache: RequestCache): AsyncGenerator<Uint8Array> {
    const abort = new AbortController()
    const stall = () => setTimeout(() => abort.abort(), this.o.stallTimeout ?? STALL_TIMEOUT)
    let timer = stall()
    try {
      const response = await (this.o.fetch ?? fetch)(new URL(`${s.digest}.shard`, this.o.baseURL), {
        signal: abort.signal,
        cache,
        ...(from > 0 ? { headers: { range: `bytes=${from}-` } } : {}),
      })
      if (!response.ok || !response.body) throw unreachable(`the server answered ${response.status} for a shard`)
      // A server that ignores ranges sends everything: skip what is there.
      let skip = response.status === 206 ? 0 : from
      const reader = response.body.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        clearTimeout(timer)
        timer = stall()
        if (this.stopped) throw unreachable('the download was stopped')
        const part = value.subarray(Math.min(skip, value.length))
        skip -= value.length - part.length
        if (part.length > 0) yield part
      }
    } catch (cause) {
      if (cause instanceof VeilhashError) throw cause
      throw unreachable('the connection to the server of the hash set failed', cause)
    } finally {
      clearTimeout(timer)
      abort.abort()
    }
  }
}

/** Whether a check by the scanner passes. A crash is no verdict and goes through. */
function passes(check: () => void): boolean {
  try {
    check()
    return true
  } catch (err) {
    if (err instanceof VeilhashError && err.code !== 'crashed' && err.code !== 'internal') return false
    throw err
  }
}

function unreachable(detail: string, cause?: unknown): VeilhashError {
  return new VeilhashError('set-unreachable', detail, { cause })
}

function damaged(detail: string): VeilhashError {
  return new VeilhashError('set-damaged', detail)
}

/** Runs a task under a Web Lock, where there are such. */
async function withLock(name: string, task: () => Promise<void>): Promise<void> {
  if (typeof navigator === 'undefined' || !navigator.locks) return task()
  await navigator.locks.request(name, task)
}
