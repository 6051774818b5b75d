// Where this browser keeps what it remembers of sent points: one record a scope, in a database of its own beside whatever else the
// application keeps about the account. A record is as secret as the account and stays on the device.

import { done } from './indexeddb'

/** What is remembered under one scope: an account, generation, period and set (docs/threshold.md, section 6). */
export interface SentRecord {
  /** In hex. */
  scope: string
  /** Rises by one whenever the record changes. */
  version: number
  /** Milliseconds since 1970: when the period ends, and the record says nothing any more. */
  until: number
  /** The points that the server has acknowledged, behind the scope. */
  memory: Uint8Array
  /** Receipts of uploads that it has not, yet, and which open page each belongs to. */
  underWay: { holder: string; receipt: Uint8Array }[]
}

export interface SentRecords {
  get(scope: string): Promise<SentRecord | undefined>
  put(record: SentRecord): Promise<void>
  /** Removes the records of periods that ended before a time. */
  prune(before: number): Promise<void>
}

/** Records that last as long as the page: where nothing can be kept, and in tests. */
export class MemoryRecords implements SentRecords {
  private readonly records = new Map<string, SentRecord>()

  async get(scope: string): Promise<SentRecord | undefined> {
    const record = this.records.get(scope)
    return record && structuredClone(record)
  }

  async put(record: SentRecord): Promise<void> {
    this.records.set(record.scope, structuredClone(record))
  }

  async prune(before: number): Promise<void> {
    for (const r of this.records.values()) if (r.until < before) this.records.delete(r.scope)
  }
}

/** Records in IndexedDB, whose writes are atomic. */
export class IndexedDBRecords implements SentRecords {
  private constructor(private readonly db: IDBDatabase) {}

  /** Opens the database `veilhash-sent`; in memory where this browser has none. */
  static async open(): Promise<SentRecords> {
    try {
      const request = indexedDB.open('veilhash-sent', 1)
      request.onupgradeneeded = () => request.result.createObjectStore('records', { keyPath: 'scope' })
      return new IndexedDBRecords(await done(request))
    } catch {
      return new MemoryRecords()
    }
  }

  async get(scope: string): Promise<SentRecord | undefined> {
    return done(this.records('readonly').get(scope) as IDBRequest<SentRecord | undefined>)
  }

  async put(record: SentRecord): Promise<void> {
    const records = this.records('readwrite')
    await done(records.put(record))
    // Written means that it outlives this page.
    await new Promise<void>((resolve, reject) => {
      records.transaction.oncomplete = () => resolve()
      records.transaction.onabort = () => reject(records.transaction.error)
    })
  }

  async prune(before: number): Promise<void> {
    const records = this.records('readwrite')
    for (const r of (await done(records.getAll())) as SentRecord[]) if (r.until < before) records.delete(r.scope)
  }

  private records(mode: IDBTransactionMode): IDBObjectStore {
    return this.db.transaction('records', mode).objectStore('records')
  }
}
