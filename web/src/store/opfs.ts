// Shards in the Origin Private File System, one file each.
//
// Both reading and writing use synchronous access handles: 48 scattered blocks take 3 ms through one, and 70 ms through
// getFile().slice(). Handles are exclusive and exist in dedicated workers only, so they are held for a moment, under a Web Lock that other tabs
// wait for; while another tab downloads a shard, which takes longer, its file is read in slices.

import { VeilhashError } from '../errors'
import type { ShardStore, ShardWriter, Span } from './store'

/** The part of FileSystemSyncAccessHandle that is used; TypeScript's DOM library leaves it to workers. */
interface SyncAccessHandle {
  read(bytes: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  getSize(): number
  flush(): void
  close(): void
}

type FileHandle = FileSystemFileHandle & { createSyncAccessHandle?: () => Promise<SyncAccessHandle> }

const SUFFIX = '.shard'

export class OPFSStore implements ShardStore {
  readonly kind = 'opfs'

  private constructor(private readonly folder: FileSystemDirectoryHandle, private readonly name: string) {}

  /** Opens the folder `veilhash/name`. Undefined where this browser, or this thread, has no such file system. */
  static async open(name: string): Promise<OPFSStore | undefined> {
    try {
      const root = await navigator.storage.getDirectory()
      const all = await root.getDirectoryHandle('veilhash', { create: true })
      const folder = await all.getDirectoryHandle(name, { create: true })
      // Some browsers have the folders but cannot write to files from here: find out now.
      const probe: FileHandle = await folder.getFileHandle('.probe', { create: true })
      if (!probe.createSyncAccessHandle) return undefined
      return new OPFSStore(folder, name)
    } catch {
      return undefined
    }
  }

  async size(digest: string): Promise<number> {
    return (await this.file(digest + SUFFIX))?.size ?? 0
  }

  async append(digest: string, length: number): Promise<ShardWriter> {
    const handle = await this.exclusive(digest, () => this.writable(digest + SUFFIX))
    let at = Math.min(length, handle.getSize())
    handle.truncate(at)
    return {
      write: bytes =>
        attempt(async () => {
          while (bytes.length > 0) {
            const n = handle.write(bytes, { at })
            if (n <= 0) throw new Error('nothing was written')
            at += n
            bytes = bytes.subarray(n)
          }
        }),
      close: () =>
        attempt(async () => {
          try {
            handle.flush()
          } finally {
            handle.close()
          }
        }),
    }
  }

  async read(digest: string, spans: Span[]): Promise<(Uint8Array | undefined)[]> {
    return this.exclusive(digest, async () => {
      let handle: SyncAccessHandle
      try {
        handle = await open(await this.folder.getFileHandle(digest + SUFFIX))
      } catch {
        return this.readSlices(digest, spans) // there is no such file, or another tab writes it
      }
      try {
        return spans.map(s => {
          const bytes = new Uint8Array(s.length)
          return handle.read(bytes, { at: s.offset }) === s.length ? bytes : undefined
        })
      } finally {
        handle.close()
      }
    })
  }

  private async readSlices(digest: string, spans: Span[]): Promise<(Uint8Array | undefined)[]> {
    const file = await this.file(digest + SUFFIX)
    return Promise.all(
      spans.map(async s => {
        if (!file || s.offset + s.length > file.size) return undefined
        try {
          return new Uint8Array(await file.slice(s.offset, s.offset + s.length).arrayBuffer())
        } catch {
          return undefined // gone or changed since: not there
        }
      }),
    )
  }

  async remove(digest: string): Promise<void> {
    await this.exclusive(digest, () => attempt(async () => {
      try {
        await this.folder.removeEntry(digest + SUFFIX)
      } catch (err) {
        if (!(err instanceof DOMException && err.name === 'NotFoundError')) throw err
      }
    }))
  }

  async list(): Promise<string[]> {
    return attempt(async () => {
      const digests: string[] = []
      for await (const name of this.folder.keys()) {
        if (name.endsWith(SUFFIX)) digests.push(name.slice(0, -SUFFIX.length))
      }
      return digests
    })
  }

  async text(name: string): Promise<string | undefined> {
    return (await this.file(name))?.text()
  }

  async setText(name: string, text: string): Promise<void> {
    await this.exclusive(name, async () => {
      const handle = await this.writable(name)
      await attempt(async () => {
        try {
          const bytes = new TextEncoder().encode(text)
          handle.truncate(0)
          handle.write(bytes, { at: 0 })
          handle.flush()
        } finally {
          handle.close()
        }
      })
    })
  }

  close(): void {}

  private async file(name: string): Promise<File | undefined> {
    try {
      return await (await this.folder.getFileHandle(name)).getFile()
    } catch {
      return undefined
    }
  }

  private writable(name: string): Promise<SyncAccessHandle> {
    return attempt(async () => open(await this.folder.getFileHandle(name, { create: true })))
  }

  /** Runs a task while no other tab has a handle on the file for a moment. */
  private exclusive<T>(file: string, task: () => Promise<T>): Promise<T> {
    if (!navigator.locks) return task()
    return navigator.locks.request(`veilhash-file:${this.name}/${file}`, task) as Promise<T>
  }
}

function open(file: FileHandle): Promise<SyncAccessHandle> {
  if (!file.createSyncAccessHandle) throw new Error('no synchronous access')
  return file.createSyncAccessHandle()
}

/** Gives whatever went wrong the code that callers know. A full disk says so. */
export async function attempt<T>(f: () => Promise<T>): Promise<T> {
  try {
    return await f()
  } catch (cause) {
    const full = cause instanceof DOMException && cause.name === 'QuotaExceededError'
    throw new VeilhashError(
      'store-failed',
      full ? 'this browser has no room left for the hash set' : 'the hash set could not be kept in this browser',
      { cause },
    )
  }
}
