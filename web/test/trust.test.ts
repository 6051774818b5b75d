// The policy, through scanner.wasm.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { Instance } from '../src/instance'
import { checkTrust } from '../src/trust'
import type { Evidence } from '../src/trust'
import { curators, manifestOf, now, policy, witnesses, World } from './trust-world'
import { plainManifest, root } from './vectors'

const wasm = process.env.SCANNER_WASM ?? join(root, 'web/dist/scanner.wasm')
const module = await WebAssembly.compile(readFileSync(wasm))
const check = async (world: World, manifest: string, evidence: Evidence, options: { policy?: string; seen?: string } = {}) =>
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
    log: { name: 'log.example', entries: 2, since: (now - 60) * 1000, witnesses: [{ name: 'w1', time: now * 1000 }, { name: 'w2', time: now * 1000 }], until: (now + 24 * 3600) * 1000 },
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
