// A store that lasts as long as the page: for browsers and modes in which nothing can be kept, and for tests.

import type { ShardStore, ShardWriter, Span } from './store'

export class MemoryStore implements ShardStore {
  readonly kind = 'memory'
  private readonly files = new Map<string, Uint8Array>()
  private readonly texts = new Map<string, string>()

  async size(digest: string): Promise<number> {
    return this.files.get(digest)?.length ?? 0
  }

  async append(digest: string, length: number): Promise<ShardWriter> {
    const parts = [(this.files.get(digest) ?? new Uint8Array()).slice(0, length)]
    return {
      write: async bytes => {
        parts.push(bytes.slice())
      },
      close: async () => {
        this.files.set(digest, concat(parts))
      },
    }
  }

  async read(digest: string, spans: Span[]): Promise<(Uint8Array | undefined)[]> {
    const file = this.files.get(digest) ?? new Uint8Array()
    return spans.map(s => (s.offset + s.length <= file.length ? file.slice(s.offset, s.offset + s.length) : undefined))
  }

  async remove(digest: string): Promise<void> {
    this.files.delete(digest)
  }

  async list(): Promise<string[]> {
    return [...this.files.keys()]
  }

  async text(name: string): Promise<string | undefined> {
    return this.texts.get(name)
  }

  async setText(name: string, text: string): Promise<void> {
    this.texts.set(name, text)
  }

  close(): void {}
}

/** One array out of several. */
export function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0))
  let at = 0
  for (const p of parts) {
    all.set(p, at)
    at += p.length
  }
  return all
}
