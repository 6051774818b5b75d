// The memory of sent points (docs/threshold.md, section 6): one for all pages of this browser, as long as they have Web Locks.
//
// Every seal reads the record under a lock, tells the scanner what is new in it, seals, and writes the receipt down as under way. So no
// two pages send one point, and a fresh scanner, in the place of one that broke down or after a reload, knows what its predecessor sent. A point enters the
// memory when the application has acknowledged its upload, and not before.

import { VeilhashError } from './errors'
import type { Instance } from './instance'
import { concat } from './store/memory'
import type { SentRecord, SentRecords } from './store/records'

const SCOPE_BYTES = 16
const POINT_BYTES = 8
/** The most points that a memory holds: threshold.MaxSent. */
const MAX_POINTS = 1 << 18
/** How long a record outlives its period, for clocks that are set back. */
const GRACE = 24 * 3600 * 1000

/** How long to wait for a page that seals. */
const PATIENCE = 10_000

const LOCK = 'veilhash-sent'
/** Begins the name of the lock that every page with a scanner holds while it lives. */
const HOLDER_LOCK = 'veilhash-sent-holder:'

/** What an instance has been told. */
interface Told {
  scope: string
  version: number
  underWay: Uint8Array[]
}

export class SentMemory {
  /** Why the memory is not what it should be; repeats may show. */
  problem: 'sent-unkept' | 'sent-full' | undefined
  private readonly told = new WeakMap<Instance, Told>()
  /** What could not be written, or was written last. */
  private readonly latest = new Map<string, SentRecord>()
  private queue: Promise<unknown> = Promise.resolve()

  /** Receipts that the page has. */
  private readonly own: Set<string>

  /**
   * `holder` names the page: receipts that it has under way are its own as long as it holds the lock of that name. `own` are those that the page has already: what
   * else stands under its name was sealed by a worker that broke down before the page got it.
   */
  constructor(private readonly records: SentRecords, private readonly holder: string, own: Uint8Array[] = []) {
    this.own = new Set(own.map(hex))
  }

  /** Seals while no other page does, with an instance that knows of every point that was sent or is under way. `until` is when the period ends. */
  seal<T extends { receipt: Uint8Array }>(instance: Instance, until: number, seal: () => T): Promise<T> {
    return this.exclusive(async () => {
      const record = await this.read(instance.sent(), until)
      await this.dropDead(record)
      this.tell(instance, record)
      const upload = seal()
      if (upload.receipt.length === SCOPE_BYTES) return upload // it carries no point
      // The period may have ended just now.
      const own = scopeOf(upload.receipt) === record.scope ? record : await this.read(upload.receipt, until)
      own.underWay.push({ holder: this.holder, receipt: upload.receipt })
      this.own.add(hex(upload.receipt))
      const told = this.told.get(instance)
      const uptodate = told?.scope === own.scope && told.version === own.version
      await this.write(own)
      if (uptodate) this.note(instance, own)
      return upload
    })
  }

  /**
   * Remembers an upload's points: the server has them. A memory that another device of the account has given (see {@link sent}) is taken the same way. Rejects
   * with `sent` for bytes that are neither.
   */
  acknowledge(receipt: Uint8Array, until: number, instance?: Instance): Promise<void> {
    return this.change(receipt, until, instance, record => {
      if (!remember(record, receipt)) this.problem = 'sent-full'
      return i => i.acknowledge(receipt)
    })
  }

  /** Gives an upload's points free: the server has not seen them. */
  abandon(receipt: Uint8Array, until: number, instance?: Instance): Promise<void> {
    return this.change(receipt, until, instance, () => i => i.abandon(receipt))
  }

  /** Takes over an upload that an earlier page has sealed, and whose vouchers this one is to send. */
  resume(receipt: Uint8Array, until: number, instance?: Instance): Promise<void> {
    return this.change(receipt, until, instance, record => {
      record.underWay.push({ holder: this.holder, receipt })
      this.own.add(hex(receipt))
      return i => i.resume(receipt)
    })
  }

  /** The memory of the running period, to back up or to give to another device of the account. It must be kept secret. */
  sent(instance: Instance, until: number): Promise<Uint8Array> {
    return this.exclusive(async () => (await this.read(instance.sent(), until)).memory)
  }

  /** Changes the record that a receipt belongs to; whatever becomes of it, the receipt is not under way as it was. */
  private change(
    receipt: Uint8Array, until: number, instance: Instance | undefined, f: (record: SentRecord) => (i: Instance) => void,
  ): Promise<void> {
    check(receipt)
    return this.exclusive(async () => {
      const record = await this.read(receipt, until)
      const told = instance && this.told.get(instance)
      const uptodate = told?.scope === record.scope && told.version === record.version
      record.underWay = record.underWay.filter(u => !equal(u.receipt, receipt))
      const tell = f(record)
      await this.write(record)
      if (!instance || instance.poisoned || !uptodate) return // it is told before it seals
      this.attempt(() => tell(instance))
      this.note(instance, record)
    })
  }

  /** Tells an instance what it does not know yet. */
  private tell(instance: Instance, record: SentRecord): void {
    const told = this.told.get(instance)
    if (told?.scope === record.scope && told.version === record.version) return
    this.attempt(() => instance.acknowledge(record.memory))
    const gone = told?.scope === record.scope ? told.underWay.filter(r => !record.underWay.some(u => equal(u.receipt, r))) : []
    for (const receipt of gone) this.attempt(() => instance.abandon(receipt))
    for (const { receipt } of record.underWay) this.attempt(() => instance.resume(receipt))
    this.note(instance, record)
  }

  private note(instance: Instance, record: SentRecord): void {
    this.told.set(instance, { scope: record.scope, version: record.version, underWay: record.underWay.map(u => u.receipt) })
  }

  /** A memory that is full or damaged must not keep a voucher from being made. */
  private attempt(f: () => void): void {
    try {
      f()
    } catch (err) {
      if (!(err instanceof VeilhashError && err.code.startsWith('sent'))) throw err
      this.problem = 'sent-full'
    }
  }

  /** The record of the scope that a memory or receipt begins with. */
  private async read(scoped: Uint8Array, until: number): Promise<SentRecord> {
    const scope = scopeOf(scoped)
    let kept: SentRecord | undefined
    try {
      kept = await this.records.get(scope)
    } catch {
      this.problem = 'sent-unkept'
    }
    const latest = this.latest.get(scope)
    if (latest && (!kept || kept.version < latest.version)) kept = structuredClone(latest)
    if (kept && wellFormed(kept.memory) && scopeOf(kept.memory) === scope) return kept
    return { scope, version: 0, until, memory: scoped.slice(0, SCOPE_BYTES), underWay: [] }
  }

  private async write(record: SentRecord): Promise<void> {
    record.version++
    this.latest.set(record.scope, structuredClone(record))
    try {
      if (record.version === 1) await this.records.prune(Date.now() - GRACE)
      await this.records.put(record)
      if (this.problem === 'sent-unkept') this.problem = undefined
    } catch {
      this.problem = 'sent-unkept'
    }
  }

  /** Gives free what pages had under way that are gone, unless another has resumed it. */
  private async dropDead(record: SentRecord): Promise<void> {
    if (record.underWay.length === 0) return
    const held = (await locks()?.query().catch(() => undefined))?.held ?? []
    const alive = new Set(held.map(l => l.name))
    const left = record.underWay.filter(u =>
      u.holder === this.holder ? this.own.has(hex(u.receipt)) : alive.has(HOLDER_LOCK + u.holder))
    if (left.length === record.underWay.length) return
    record.underWay = left
    await this.write(record)
  }

  /** Runs one task at a time, in this page and, where there are Web Locks, in all. */
  private exclusive<T>(task: () => Promise<T>): Promise<T> {
    const result = this.queue.then(async () => {
      let begun = false
      try {
        if (!locks()) return await task()
        const signal = AbortSignal.timeout(PATIENCE)
        return (await locks()!.request(LOCK, { signal }, () => {
          begun = true
          return task()
        })) as T
      } catch (err) {
        if (begun || !locks()) throw err
        return task() // without the lock: a page that hangs with it must not keep a voucher from being made here
      }
    })
    this.queue = result.catch(() => {})
    return result
  }
}

/** Holds the lock that says that a page lives, until what it returns is called or the page is gone. */
export async function hold(holder: string): Promise<() => void> {
  let release = (): void => {}
  const released = new Promise<void>(resolve => (release = resolve))
  await new Promise<void>(held => {
    const begin = (): Promise<void> => {
      held()
      return released
    }
    if (!locks()) held()
    else locks()!.request(HOLDER_LOCK + holder, begin).catch(() => held())
  })
  return release
}

function locks(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks
}

/** Adds a receipt's points to a record's memory; false if they do not fit. */
function remember(record: SentRecord, receipt: Uint8Array): boolean {
  const all = new Set<bigint>([...points(record.memory), ...points(receipt)])
  if (all.size > MAX_POINTS) return false
  const sorted = BigUint64Array.from(all).sort()
  const bytes = new Uint8Array(POINT_BYTES * sorted.length)
  const view = new DataView(bytes.buffer)
  sorted.forEach((x, i) => view.setBigUint64(POINT_BYTES * i, x))
  record.memory = concat([receipt.slice(0, SCOPE_BYTES), bytes])
  return true
}

function points(memory: Uint8Array): bigint[] {
  const view = new DataView(memory.buffer, memory.byteOffset + SCOPE_BYTES, memory.length - SCOPE_BYTES)
  return Array.from({ length: view.byteLength / POINT_BYTES }, (_, i) => view.getBigUint64(POINT_BYTES * i))
}

/** Whether bytes have the form that sdk/threshold.Sent writes: a scope, and points in rising order. */
function wellFormed(memory: Uint8Array): boolean {
  const rest = memory.length - SCOPE_BYTES
  if (!(rest >= 0) || rest % POINT_BYTES !== 0 || rest / POINT_BYTES > MAX_POINTS) return false
  return points(memory).every((x, i, all) => x > (i > 0 ? all[i - 1]! : 0n) && x < (1n << 61n) - 1n)
}

function check(receipt: Uint8Array): void {
  if (!(receipt instanceof Uint8Array) || !wellFormed(receipt)) throw new VeilhashError('sent', 'this is no receipt of an upload')
}

const scopeOf = (memory: Uint8Array): string => hex(memory.subarray(0, SCOPE_BYTES))

const hex = (bytes: Uint8Array): string => [...bytes].map(b => b.toString(16).padStart(2, '0')).join('')

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i])
}
