// The memory of keys (docs/protocol.md, section 5.2): no key of a set is ever accepted for another table. Whoever holds two tables under one key can
// test what is in both.

import { VeilhashError } from './errors'

const HEADER = 'veilhash-keys-seen v0'
const MOST = 65_536

/** Each layer's key with the digest of its table, from a manifest's text. */
export async function tablesOf(manifest: string): Promise<Map<string, string>> {
  const tables = new Map<string, string>()
  for (const layer of manifest.split(/^layer \d+\n/m).slice(1)) {
    const label = 'veilhash/v0/table'
    const text = new TextEncoder().encode(`\0${String.fromCharCode(label.length)}${label}${layer}`)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
    tables.set(layer.slice('key '.length, 'key '.length + 64), Array.from(digest, b => b.toString(16).padStart(2, '0')).join(''))
  }
  return tables
}

/** Keys that were accepted, each with its table. */
export class SeenKeys {
  private constructor(private readonly tables: Map<string, string>) {}

  /** Reads what {@link toString} writes. A memory that is damaged is an empty one: it is the browser's storage that is at fault, and there is nothing to go back to. */
  static parse(text: string | undefined): SeenKeys {
    const tables = new Map<string, string>()
    const [header, ...lines] = (text ?? '').split('\n')
    if (header !== HEADER || lines.pop() !== '') return new SeenKeys(tables)
    for (const line of lines) {
      const [, key, table] = /^key ([0-9a-f]{64}) ([0-9a-f]{64})$/.exec(line) ?? []
      if (key === undefined || table === undefined) return new SeenKeys(new Map())
      tables.set(key, table)
    }
    return new SeenKeys(tables)
  }

  /** Throws `key-reused` if a key was seen with another table. */
  check(tables: Map<string, string>): void {
    for (const [key, table] of tables) {
      if ((this.tables.get(key) ?? table) !== table) throw new VeilhashError('key-reused')
    }
  }

  add(tables: Map<string, string>): void {
    this.check(tables)
    for (const [key, table] of tables) if (this.tables.size < MOST) this.tables.set(key, table)
  }

  toString(): string {
    const lines = [...this.tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, table]) => `key ${key} ${table}\n`)
    return `${HEADER}\n${lines.join('')}`
  }
}
