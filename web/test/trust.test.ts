// The policy, through scanner.wasm: a log, witnesses and curators are made here with Node's own Ed25519 and SHA-256, independently of the Go code.

import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { Instance } from '../src/instance'
import { parseManifest } from '../src/manifest'
import { checkTrust } from '../src/trust'
import { plainManifest, root } from './vectors'

const wasm = process.env.SCANNER_WASM ?? join(root, 'web/dist/scanner.wasm')
const module = await WebAssembly.compile(readFileSync(wasm))
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
class Party {
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

const now = Math.floor(Date.now() / 1000)
const log = new Party('log.example', 1)
const witnesses = ['w1', 'w2'].map(n => new Party(`${n}.example`, 4))
const curators = ['a.example', 'b.example'].map(n => new Party(n, 1))

const policy = (changes: Record<string, string> = {}): string => {
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
const manifestOf = (epoch: number): string => plainManifest()
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

/** A log, and the evidence for its last entry. */
class World {
  readonly leaves: Buffer[] = []

  add(text: string): void {
    this.leaves.push(sha256(Uint8Array.of(0), text))
  }

  activate(manifest: string): void {
    const { head, rest } = entry(manifest)
    this.add(head + rest)
  }

  evidence(manifest: string, options: { endorsed?: Party[]; cosigned?: Party[]; time?: number } = {}) {
    const { endorsed = curators, cosigned = witnesses, time = now } = options
    const n = this.leaves.length
    const checkpoint = `log.example\n${n}\n${treeRoot(this.leaves).toString('base64')}\n`
    const statement = `veilhash-endorsement v0\nset ${sha256(manifest).toString('hex')}\n`
    return {
      endorsements: endorsed.length ? `${statement}\n${endorsed.map(c => c.line(statement)).join('')}` : '',
      proof: `c2sp.org/tlog-proof@v1\nextra ${Buffer.from(entry(manifest).rest).toString('base64')}\nindex ${n - 1}\n` +
        path(n - 1, this.leaves).map(h => h.toString('base64') + '\n').join('') +
        `\n${checkpoint}\n${log.line(checkpoint)}${cosigned.map(w => w.line(checkpoint, time)).join('')}`,
    }
  }

  /** Tiles of one level, which is enough for the logs of these tests. */
  readonly fetch = (async (input: URL) => {
    const [, width] = /\/log\/tile\/0\/000\.p\/(\d+)$/.exec(String(input)) ?? []
    if (width === undefined) return new Response('', { status: 404 })
    return new Response(new Uint8Array(Buffer.concat(this.leaves.slice(0, Number(width)))))
  }) as typeof fetch
}

const check = async (world: World, manifest: string, evidence: ReturnType<World['evidence']>, options: { policy?: string; seen?: string } = {}) =>
  checkTrust(await Instance.create(module), { policy: Buffer.from(options.policy ?? policy()), logURL: 'https://log.example/log/' }, manifest, evidence, options.seen ?? '', world.fetch)

const code = (want: string) => (err: unknown) => err instanceof VeilhashError && err.code === want

test('a set that is endorsed, logged and witnessed may be used', async () => {
  const world = new World()
  world.add('an earlier entry')
  const manifest = manifestOf(3)
  world.activate(manifest)
  const { found, seen } = await check(world, manifest, world.evidence(manifest))
  assert.deepEqual(found, {
    curators: ['a.example', 'b.example'],
    files: [{ name: 'scanner.wasm', digest: 'cd'.repeat(32) }],
    log: { name: 'log.example', entries: 2, since: (now - 60) * 1000, witnesses: [{ name: 'w1', time: now * 1000 }, { name: 'w2', time: now * 1000 }] },
  })
  assert.match(seen, /^veilhash-seen v0\nlog log\.example\nsize 2\n/)
})

test('each thing that the policy asks for is asked for', async () => {
  const world = new World()
  const manifest = manifestOf(3)
  world.activate(manifest)
  const good = world.evidence(manifest)
  const cases: [string, Promise<unknown>][] = [
    ['policy-curators', check(world, manifest, world.evidence(manifest, { endorsed: curators.slice(1) }))],
    ['policy-curators', check(world, manifest, world.evidence(manifest, { endorsed: [] }))],
    ['policy-curators', check(world, plainManifest(), world.evidence(plainManifest()), { policy: policy({ 'require 2': 'require 1' }) })],
    ['policy-witnesses', check(world, manifest, world.evidence(manifest, { cosigned: witnesses.slice(1) }))],
    ['policy-stale', check(world, manifest, world.evidence(manifest, { time: now - 25 * 3600 }))],
    ['policy-proof', check(world, manifest, { ...good, proof: '' })],
    ['policy-threshold', check(world, manifest, good, { policy: policy({ 'min-threshold 1': 'min-threshold 1024' }) })],
    ['policy-synthetics', check(world, manifest, good, { policy: policy({ 'min-synthetics 0': 'min-synthetics 1' }) })],
    ['policy-bits', check(world, manifest, good, { policy: policy({ 'min-token-bits 48': 'min-token-bits 256' }) })],
    ['policy-margin', check(world, manifest, good, { policy: policy({ 'min-margin-bits 32': 'min-margin-bits 256' }) })],
    ['policy-kinds', check(world, manifest, good, { policy: policy({ 'kinds derivative,media-key': 'kinds none' }) })],
    ['policy', check(world, manifest, good, { policy: policy().replace('\nquorum', '\n quorum') })],
    ['policy-seen', check(world, manifest, good, { seen: 'nonsense\n' })],
  ]
  for (const [want, refused] of cases) await assert.rejects(refused, code(want), want)
  // A set for one person only: endorsed and witnessed, but the log's last entry is another.
  const other = manifestOf(4)
  await assert.rejects(check(world, other, world.evidence(other)), code('policy-log'))
  // And one that was in force once.
  world.activate(other)
  await assert.rejects(check(world, manifest, world.evidence(manifest)), code('policy-log'))
})

test('the log must continue what was seen of it', async () => {
  for (const before of [1, 2, 3, 5, 8]) {
    for (const more of [1, 2, 6]) {
      const world = new World()
      for (let i = 1; i < before; i++) world.add(`entry ${i}`)
      const first = manifestOf(3)
      world.activate(first)
      const old = world.evidence(first)
      const { seen } = await check(world, first, old)
      await check(world, first, old, { seen })
      for (let i = 1; i < more; i++) world.add(`later ${i}`)
      const second = manifestOf(4)
      world.activate(second)
      const next = world.evidence(second)
      const later = await check(world, second, next, { seen })
      // Back to the first set, whose evidence is still fresh.
      await assert.rejects(check(world, first, old, { seen: later.seen }), code('policy-rollback'))
      // A log without tiles proves nothing.
      await assert.rejects(check({ ...world, fetch: async () => new Response('', { status: 404 }) } as unknown as World, second, next, { seen }), code('policy-fork'))
      // A log that was written anew.
      const fork = new World()
      for (let i = 0; i < before + more; i++) fork.add(`other ${i}`)
      fork.activate(second)
      await assert.rejects(check(fork, second, fork.evidence(second), { seen }), code('policy-fork'))
    }
  }
})
