// Which store this browser has.

import { IndexedDBStore } from './indexeddb'
import { MemoryStore } from './memory'
import { OPFSStore } from './opfs'
import type { ShardStore } from './store'

/** Opens the best store there is: files, else IndexedDB, else memory, which is lost with the page. */
export async function openStore(name: string): Promise<ShardStore> {
  return (await OPFSStore.open(name)) ?? (await IndexedDBStore.open(name)) ?? new MemoryStore()
}

/**
 * A store's name for a set's address: readable, safe as a file name, and different for different addresses.
 */
export function storeName(setURL: string): string {
  const readable = setURL.replace(/^https?:\/\//, '').replace(/[^a-z0-9.-]+/gi, '_').slice(0, 80)
  // FNV-1a tells apart what the replacement makes equal; nothing secret or hostile depends on it.
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(setURL)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return `${readable}-${hash.toString(16).padStart(8, '0')}`
}
