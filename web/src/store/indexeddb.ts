// Shards in IndexedDB, cut into pieces: for browsers and modes without the Origin Private File System, and outside workers.

import { concat } from './memory'
import { attempt } from './opfs'
import type { ShardStore, ShardWriter, Span } from './store'

/** Bytes of a piece. A read fetches whole pieces, so not too large; a shard of 4 MiB is 64 of them. */
const PIECE = 1 << 16

export class IndexedDBStore implements ShardStore {
  readonly kind = 'indexeddb'

  private constructor(private readonly db: IDBDatabase) {}

  /** Opens the database `veilhash/name`. Undefined where this browser has none. */
  static async open(name: string): Promise<IndexedDBStore | undefined> {
    try {
      const request = indexedDB.open(`veilhash/${name}`, 1)
      request.onupgradeneeded = () => {
        request.result.createObjectStore('pieces') // key [digest, number of the piece]
        request.result.createObjectStore('texts')
      }
      return new IndexedDBStore(await done(request))
    } catch {
      return undefined
    }
  }

  async size(digest: string): Promise<number> {
    return attempt(async () => {
      const pieces = this.store('pieces', 'readonly')
      const count = await done(pieces.count(range(digest)))
      if (count === 0) return 0
      const last = (await done(pieces.get([digest, count - 1]))) as Uint8Array | undefined
      return (count - 1) * PIECE + (last?.length ?? 0)
    })
  }

  async append(digest: string, length: number): Promise<ShardWriter> {
    return attempt(async () => {
      length = Math.min(length, await this.size(digest))
      let index = Math.floor(length / PIECE)
      const pieces = this.store('pieces', 'readwrite')
      const last = (await done(pieces.get([digest, index]))) as Uint8Array | undefined
      await done(pieces.delete(range(digest, index)))
      let rest = [last?.slice(0, length % PIECE) ?? new Uint8Array()]
      let bytes = length % PIECE
      if (bytes > 0) await done(this.store('pieces', 'readwrite').put(concat(rest), [digest, index]))
      const flush = async (all: boolean) => {
        const data = concat(rest)
        let at = 0
        const store = this.store('pieces', 'readwrite')
        const writes: Promise<unknown>[] = []
        while (data.length - at >= PIECE || (all && at < data.length)) {
          const piece = data.slice(at, at + PIECE)
          writes.push(done(store.put(piece, [digest, index])))
          at += piece.length
          if (piece.length === PIECE) index++
        }
        await Promise.all(writes)
        rest = [data.slice(at)]
        bytes = data.length - at
      }
      return {
        write: part =>
          attempt(async () => {
            rest.push(part.slice())
            bytes += part.length
            if (bytes >= 4 * PIECE) await flush(false)
          }),
        close: () => attempt(() => flush(true)),
      }
    })
  }

  async read(digest: string, spans: Span[]): Promise<(Uint8Array | undefined)[]> {
    return attempt(async () => {
      const pieces = this.store('pieces', 'readonly')
      // Each piece is fetched once, all in one transaction.
      const wanted = new Map<number, Promise<Uint8Array | undefined>>()
      const piece = (index: number) => {
        const p = wanted.get(index) ?? (done(pieces.get([digest, index])) as Promise<Uint8Array | undefined>)
        wanted.set(index, p)
        return p
      }
      return Promise.all(
        spans.map(async ({ offset, length }) => {
          const first = Math.floor(offset / PIECE)
          const last = Math.floor((offset + Math.max(length, 1) - 1) / PIECE)
          const parts = await Promise.all(Array.from({ length: last - first + 1 }, (_, i) => piece(first + i)))
          const bytes = concat(parts.map(p => p ?? new Uint8Array())).slice(offset - first * PIECE, offset - first * PIECE + length)
          return bytes.length === length ? bytes : undefined
        }),
      )
    })
  }

  async remove(digest: string): Promise<void> {
    await attempt(() => done(this.store('pieces', 'readwrite').delete(range(digest))))
  }

  async list(): Promise<string[]> {
    return attempt(async () => {
      const keys = (await done(this.store('pieces', 'readonly').getAllKeys())) as [string, number][]
      return [...new Set(keys.map(k => k[0]))]
    })
  }

  async text(name: string): Promise<string | undefined> {
    return attempt(() => done(this.store('texts', 'readonly').get(name)) as Promise<string | undefined>)
  }

  async setText(name: string, text: string): Promise<void> {
    await attempt(() => done(this.store('texts', 'readwrite').put(text, name)))
  }

  close(): void {
    this.db.close()
  }

  private store(name: 'pieces' | 'texts', mode: IDBTransactionMode): IDBObjectStore {
    return this.db.transaction(name, mode).objectStore(name)
  }
}

/** All pieces of a file, from one on. */
function range(digest: string, from = 0): IDBKeyRange {
  return IDBKeyRange.bound([digest, from], [digest, Infinity])
}

/** A request's result. */
export function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
