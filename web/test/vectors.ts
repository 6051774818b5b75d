// The golden vectors, which native Go, WebAssembly and these tests all read: sdk/testdata/vectors.

import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository, seen from web/.build/test. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

const folder = join(root, 'sdk/testdata/vectors')

export interface GroupVector { salt: string; token: string; element: string }

export interface SetVector {
  id: string
  alpha: string
  places: { token: string; shard: number; cells: number[]; lookup: string; member: boolean }[]
}

export interface VoucherVector {
  name: string
  setID: string
  alphas: string[]
  account: string
  message: string
  voucher: string
  state: 'match' | 'closed'
  generation?: number
  period?: number
  kind?: number
  share?: string
  payloadKey?: string
  payload?: string
  probes: number
}

export interface ProbeVector {
  scheme: string
  minQuality: number
  views: { view: string; quality: number; hash: string; coefficients: string }[]
  entry: string
  probes: string[]
}

export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as T
}

export const goldenManifest = (): string => readFileSync(join(folder, 'set/manifest'), 'utf8')

/**
 * The golden set without synthetic vouchers, for tests that are about a picture's own voucher. Keys and shards are the golden set's; the
 * identity is another.
 */
export function plainManifest(): string {
  return goldenManifest().replace(/\nsynthetics \d+\n/, '\nsynthetics 0\n')
}

/** The golden set's shard files by digest. */
export const goldenShards = (): Map<string, Uint8Array> => shardsIn('set')

function shardsIn(name: string): Map<string, Uint8Array> {
  return new Map(
    readdirSync(join(folder, name))
      .filter(n => n.endsWith('.shard'))
      .map(n => [n.slice(0, -6), new Uint8Array(readFileSync(join(folder, name, n)))]),
  )
}

export interface DeltaVector { id: string; baseEpoch: number; baseID: string; alpha: string; token: string; seen: string }

/** The golden set a day later: it has one layer more. */
export const deltaManifest = (): string => readFileSync(join(folder, 'delta/manifest'), 'utf8')

/** The shard files of that layer, by digest. */
export const deltaShards = (): Map<string, Uint8Array> => shardsIn('delta')

/** What adds to plainManifest() as the golden delta does to the golden set. */
export function plainDelta(): string {
  return deltaManifest()
    .replace(/\nsynthetics \d+\n/, '\nsynthetics 0\n')
    .replace(/\nbase (\d+) .*\n/, (_, epoch) => `\nbase ${epoch} ${createHash('sha256').update(plainManifest()).digest('hex')}\n`)
}
