// Whether a set may be used under the application's policy (docs/protocol.md, section 11). The scanner in WebAssembly is the judge; this fetches what speaks for the
// set, proves that the log continues what was seen of it, and remembers.

import type { RunningCode } from './code'
import { VeilhashError } from './errors'
import type { Instance } from './instance'

export interface TrustOptions {
  /** The policy's text, as the application ships it. */
  policy: Uint8Array
  /** Address of the log, ending in a slash. */
  logURL: string
}

/** What was found out about a set that the policy allows. */
export interface Transparency {
  /** The curators of the policy that endorsed the set. */
  curators: string[]
  /** Where and since when it is public; absent under a policy that says `unlogged`. */
  log?: {
    name: string
    /** How many entries the log has. The set is in the last one. */
    entries: number
    /** When that was written, in milliseconds since 1970, as the log says. */
    since: number
    /** The witnesses of the policy that saw it, and when, in milliseconds since 1970. */
    witnesses: { name: string; time: number }[]
    /** When that is longer ago than the policy allows, in milliseconds since 1970: from then on nothing is sealed without a newer proof. Absent if no witness is asked for. */
    until?: number
  }
  /** The code that the log says is in force, with its SHA-256 in hex. */
  files: { name: string; digest: string }[]
  /** The code that runs, compared with these; absent under a policy that says `unlogged`. */
  code?: RunningCode
}

/** What lies beside a manifest. */
export interface Evidence {
  endorsements: string
  proof: string
}

const MAX_EVIDENCE_BYTES = 1 << 20

/** Fetches what lies beside the manifest. What is not there is empty, and the policy says whether that will do. */
export async function fetchEvidence(setURL: string, get: typeof fetch): Promise<Evidence> {
  const [endorsements, proof] = await Promise.all(['endorsements', 'manifest.tlog-proof'].map(async name => {
    const response = await get(new URL(name, setURL), { cache: 'no-cache' }).catch(cause => {
      throw new VeilhashError('set-unreachable', 'the server of the hash set cannot be reached', { cause })
    })
    if (response.status === 404) return ''
    if (!response.ok) throw new VeilhashError('set-unreachable', `the server answered ${response.status} for ${name}`)
    const text = await response.text()
    return text.length > MAX_EVIDENCE_BYTES ? '' : text
  }))
  return { endorsements: endorsements!, proof: proof! }
}

/** Checks a set. Rejects with the code of what the policy does not allow. `seen` is what the last check returned, or empty. */
export async function checkTrust(
  instance: Instance, options: TrustOptions, manifest: string, evidence: Evidence, seen: string, get: typeof fetch,
): Promise<{ found: Transparency; seen: string }> {
  const encode = (s: string) => new TextEncoder().encode(s)
  const consistency = await proveConsistency(seen, evidence.proof, options.logURL, get).catch(() => new Uint8Array())
  const text = new TextDecoder().decode(
    instance.trust([encode(manifest), options.policy, encode(evidence.endorsements), encode(evidence.proof), encode(seen), consistency]))
  const end = text.indexOf('\n\n') < 0 ? 0 : text.indexOf('\n\n') + 1
  return { found: parseFindings(text.slice(0, end)), seen: text.slice(end + 1) }
}

function parseFindings(text: string): Transparency {
  const found: Transparency = { curators: [], files: [] }
  const log: NonNullable<Transparency['log']> = { name: '', entries: 0, since: 0, witnesses: [] }
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+) (.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    const [first, rest] = [value.split(' ')[0]!, value.slice(value.indexOf(' ') + 1)]
    if (name === 'curator') found.curators.push(value)
    else if (name === 'log') log.name = value
    else if (name === 'entries') log.entries = Number(value)
    else if (name === 'time') log.since = Number(value) * 1000
    else if (name === 'witness') log.witnesses.push({ name: rest, time: Number(first) * 1000 })
    else if (name === 'until') log.until = Number(value) * 1000
    else if (name === 'file') found.files.push({ name: rest, digest: first })
  }
  return log.name ? { ...found, log } : found
}

/** The proof that the log's tree continues the one that was seen (RFC 9162, section 2.1.4.1), from its tiles. Empty where none is needed. */
async function proveConsistency(seen: string, proof: string, logURL: string, get: typeof fetch): Promise<Uint8Array<ArrayBuffer>> {
  const [, name, before] = /\nlog (.*)\nsize (\d+)\n/.exec(seen) ?? []
  const [, origin, size] = /\n\n(.*)\n(\d+)\n/.exec(proof) ?? []
  const m = Number(before)
  const n = Number(size)
  if (name === undefined || name !== origin || !(m > 0 && m < n)) return new Uint8Array()
  const hashes = await subproof(new Tiles(logURL, n, get), m, 0, n, true)
  const out = new Uint8Array(32 * hashes.length)
  hashes.forEach((h, i) => out.set(h, 32 * i))
  return out
}

type Hash = Uint8Array

async function subproof(tiles: Tiles, m: number, start: number, end: number, whole: boolean): Promise<Hash[]> {
  if (m === end - start) return whole ? [] : [await tiles.root(start, end)]
  const k = split(end - start)
  if (m <= k) return [...(await subproof(tiles, m, start, start + k, whole)), await tiles.root(start + k, end)]
  return [...(await subproof(tiles, m - k, start + k, end, false)), await tiles.root(start, start + k)]
}

/** The largest power of two below n, for n > 1. */
function split(n: number): number {
  let k = 1
  while (2 * k < n) k *= 2
  return k
}

/** A log's tree of n entries, read from its tiles (C2SP tlog-tiles). Nothing is verified here: a proof that is wrong is refused. */
class Tiles {
  private readonly tiles = new Map<string, Promise<Uint8Array>>()

  constructor(private readonly url: string, private readonly n: number, private readonly get: typeof fetch) {}

  /** The root over entries from start to end, a subtree that the tree's shape has. */
  async root(start: number, end: number): Promise<Hash> {
    const size = end - start
    const level = Math.log2(size)
    if (Number.isInteger(level) && level % 8 === 0) return this.stored(level / 8, start / size)
    const k = split(size)
    const [left, right] = await Promise.all([this.root(start, start + k), this.root(start + k, end)])
    const node = new Uint8Array(65)
    node[0] = 1
    node.set(left, 1)
    node.set(right, 33)
    return new Uint8Array(await crypto.subtle.digest('SHA-256', node))
  }

  /** The hash at an index of a tiles' level. */
  private async stored(level: number, index: number): Promise<Hash> {
    const number = Math.floor(index / 256)
    const width = Math.min(256, Math.floor(this.n / 256 ** level) - 256 * number)
    const digits = String(number).padStart(3 * Math.ceil(String(number).length / 3), '0')
    const path = digits.replace(/(\d{3})(?=\d)/g, 'x$1/')
    const name = `tile/${level}/${path}${width < 256 ? `.p/${width}` : ''}`
    let tile = this.tiles.get(name)
    if (!tile) {
      tile = this.get(new URL(name, this.url)).then(async r => (r.ok ? new Uint8Array(await r.arrayBuffer()) : new Uint8Array()))
      this.tiles.set(name, tile)
    }
    const at = 32 * (index % 256)
    const hash = (await tile).slice(at, at + 32)
    if (hash.length < 32) throw new Error(`the log has no ${name}`)
    return hash
  }
}
