// A log, witnesses and curators for tests, made with Node's own Ed25519 and SHA-256, independently of the Go code; and the evidence for a set (docs/protocol.md, section 11).

import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { parseManifest } from '../src/manifest'
import type { Evidence } from '../src/trust'
import { plainManifest } from './vectors'

const sha256 = (...parts: (Uint8Array | string)[]): Buffer => {
  const h = createHash('sha256')
  for (const p of parts) h.update(p)
  return h.digest()
}
const u64 = (n: number) => {
  const b = Buffer.alloc(8)
  b.writeBigUInt64BE(BigInt(n))
  return b
}

/** A named key of a signature type: 1 for logs and curators, 4 for witnesses. */
export class Party {
  private readonly secret: KeyObject
  readonly raw: Buffer
  readonly id: Buffer

  constructor(readonly name: string, readonly type: number) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.secret = privateKey
    this.raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
    this.id = sha256(name, '\n', Uint8Array.of(type), this.raw).subarray(0, 4)
  }

  get key(): string {
    return `${this.name}+${this.id.toString('hex')}+${Buffer.concat([Uint8Array.of(this.type), this.raw]).toString('base64')}`
  }

  line(text: string, time = 0): string {
    const signature = this.type === 4
      ? Buffer.concat([u64(time), signBytes(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), this.secret)])
      : signBytes(null, Buffer.from(text), this.secret)
    return `— ${this.name} ${Buffer.concat([this.id, signature]).toString('base64')}\n`
  }
}

const treeRoot = (leaves: Buffer[]): Buffer => {
  if (leaves.length === 1) return leaves[0]!
  let k = 1
  while (2 * k < leaves.length) k *= 2
  return sha256(Uint8Array.of(1), treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)))
}

const path = (m: number, leaves: Buffer[]): Buffer[] => {
  if (leaves.length === 1) return []
  let k = 1
  while (2 * k < leaves.length) k *= 2
  return m < k
    ? [...path(m, leaves.slice(0, k)), treeRoot(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), treeRoot(leaves.slice(0, k))]
}

export const now = Math.floor(Date.now() / 1000)
export const log = new Party('log.example', 1)
export const witnesses = ['w1', 'w2'].map(n => new Party(`${n}.example`, 4))
export const curators = ['a.example', 'b.example'].map(n => new Party(n, 1))

/** The policy, with some of its text replaced. */
export const policy = (changes: Record<string, string> = {}): string => {
  let text = [
    'veilhash-policy v0', 'max-age-hours 24', 'min-threshold 1', 'min-synthetics 0', 'min-token-bits 48', 'min-margin-bits 32', 'kinds derivative,media-key', 'require 2',
    ...curators.map(c => `curator ${c.key}`), `log ${log.key}`, ...witnesses.map((w, i) => `witness w${i + 1} ${w.key}`), 'group ws 2 w1 w2', 'quorum ws', '',
  ].join('\n')
  for (const [from, to] of Object.entries(changes)) {
    assert.ok(text.includes(from))
    text = text.replace(from, to)
  }
  return text
}

/** The golden manifest with curators, at an epoch. */
export const manifestOf = (epoch: number): string => plainManifest()
  .replace(/\nepoch \d+\n/, `\nepoch ${epoch}\n`)
  .replace(/\nrequire \d+\n/, '\nrequire 2\n')
  .replace(/\ncurators 0\n/, `\ncurators 2\n${curators.map(c => `curator ${c.raw.toString('hex')} ${c.name}\n`).join('')}`)
  .replace(/\ndraft none\n/g, `\ndraft ${'ab'.repeat(32)}\n`)

/** What the log's entry says of a manifest, and the rest, as docs/protocol.md, section 11.1, has it. */
function entry(manifest: string): { head: string; rest: string } {
  const m = parseManifest(manifest)
  const hex = (s: string) => Buffer.from(s, 'hex')
  const u32 = (n: number) => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n)
  const layers = m.layers.map(l => {
    const label = 'veilhash/v0/layer'
    const digest = sha256(Uint8Array.of(0, label.length), label, hex(m.salt), hex(l.tableSalt), hex(l.positionSeed), ...l.shards.flatMap(s => [hex(s.digest), u32(s.attempt)]))
    return `layer ${l.key} ${digest.toString('hex')}\n`
  })
  return {
    head: `veilhash-log v0\nepoch ${m.epoch}\nset ${sha256(manifest).toString('hex')}\nlayers ${m.layers.length}\n${layers.join('')}`,
    rest: `time ${now - 60}\nfiles 1\nfile ${'cd'.repeat(32)} scanner.wasm\n`,
  }
}

/** The curators' note over a set; empty if none signed. */
export function endorsementsOf(manifest: string, endorsed: Party[] = curators): string {
  const statement = `veilhash-endorsement v0\nset ${sha256(manifest).toString('hex')}\n`
  return endorsed.length ? `${statement}\n${endorsed.map(c => c.line(statement)).join('')}` : ''
}

/** A log, and the evidence for its last entry. */
export class World {
  readonly leaves: Buffer[] = []

  add(text: string): void {
    this.leaves.push(sha256(Uint8Array.of(0), text))
  }

  activate(manifest: string): void {
    const { head, rest } = entry(manifest)
    this.add(head + rest)
  }

  evidence(manifest: string, options: { endorsed?: Party[]; cosigned?: Party[]; time?: number } = {}): Evidence {
    const { endorsed = curators, cosigned = witnesses, time = now } = options
    const n = this.leaves.length
    const checkpoint = `log.example\n${n}\n${treeRoot(this.leaves).toString('base64')}\n`
    return {
      endorsements: endorsementsOf(manifest, endorsed),
      proof: `c2sp.org/tlog-proof@v1\nextra ${Buffer.from(entry(manifest).rest).toString('base64')}\nindex ${n - 1}\n` +
        path(n - 1, this.leaves).map(h => h.toString('base64') + '\n').join('') +
        `\n${checkpoint}\n${log.line(checkpoint)}${cosigned.map(w => w.line(checkpoint, time)).join('')}`,
    }
  }

  /** A tile by its address: those of one level, which is enough for the logs of these tests. */
  tile(address: string): Uint8Array<ArrayBuffer> | undefined {
    const [, width] = /\/log\/tile\/0\/000\.p\/(\d+)$/.exec(address) ?? []
    return width === undefined ? undefined : new Uint8Array(Buffer.concat(this.leaves.slice(0, Number(width))))
  }

  readonly fetch = (async (input: URL) => {
    const tile = this.tile(String(input))
    return tile ? new Response(tile) : new Response('', { status: 404 })
  }) as typeof fetch
}
