// A scanner that is kept for days: the engine in Node, with a clock that the test sets, for JavaScript and WebAssembly alike.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mock, test } from 'node:test'
import { Engine } from '../src/engine'
import { VeilhashError } from '../src/errors'
import { Instance } from '../src/instance'
import { Modules, origin } from '../src/load'
import { SentMemory } from '../src/sent'
import { MemoryRecords } from '../src/store/records'
import { MemoryStore } from '../src/store/memory'
import type { Evidence } from '../src/trust'
import { manifestOf, now, policy, World } from './trust-world'
import { goldenShards, root } from './vectors'

const wasm = process.env.SCANNER_WASM ?? join(root, 'web/dist/scanner.wasm')
const module = await WebAssembly.compile(readFileSync(wasm))
const HOUR = 3600

test('a scanner that stays open stops when nobody vouches for its set any more', async () => {
  const clock = mock.timers
  clock.enable({ apis: ['Date'], now: now * 1000 })
  const at = (seconds: number): void => clock.setTime((now + seconds) * 1000)
  const world = new World()
  const manifest = manifestOf(3)
  world.activate(manifest)
  // What the server has; nothing while it is down.
  let served: { manifest: string; evidence: Evidence } | undefined = { manifest, evidence: world.evidence(manifest) }
  let asked = 0
  const get = (async (input: URL) => {
    const name = String(input).slice('https://x.example/'.length)
    if (name === 'set/manifest') asked++
    const texts: Record<string, string> = served
      ? { 'set/manifest': served.manifest, 'set/endorsements': served.evidence.endorsements, 'set/manifest.tlog-proof': served.evidence.proof }
      : {}
    const found = texts[name] ?? (served && (goldenShards().get(/^set\/(.*)\.shard$/.exec(name)?.[1] ?? '') ?? world.tile(String(input))))
    return found === undefined ? new Response('', { status: served ? 404 : 503 }) : new Response(typeof found === 'string' ? found : new Uint8Array(found))
  }) as typeof fetch
  const engine = await Engine.start({
    modules: new Modules({ module, origin: origin(module, 'scanner.wasm') }, undefined, {}), setURL: 'https://x.example/set/', storeName: 'test', account: (await Instance.create(module)).newAccount(), payload: 'none',
    sent: new SentMemory(new MemoryRecords(), 'page'), store: new MemoryStore(), trust: { policy: Buffer.from(policy()), logURL: 'https://x.example/log/' }, fetch: get,
  })
  const seal = async (): Promise<string> => {
    try {
      const { vouchers } = await engine.seal({ source: new Blob(['no picture']), binding: { account: 'a', message: 'm' } })
      return vouchers.length === 1 ? 'sealed' : `${vouchers.length} vouchers`
    } catch (err) {
      return err instanceof VeilhashError ? err.code : String(err)
    }
  }
  try {
    assert.equal(engine.set.transparency?.log?.until, (now + 24 * HOUR) * 1000)
    assert.equal(await seal(), 'sealed')
    at(24 * HOUR)
    assert.equal(await seal(), 'sealed')
    assert.equal(asked, 1)

    // Too old, and the server has nothing newer: it is asked, and nothing is sealed.
    at(24 * HOUR + 1)
    assert.equal(await seal(), 'policy-stale')
    assert.equal(asked, 2)
    served = undefined
    assert.equal(await seal(), 'policy-stale')
    assert.deepEqual(engine.set.alarms.map(a => a.code).filter(c => c.startsWith('set-')), ['set-outdated'])

    // The same set, cosigned again.
    served = { manifest, evidence: world.evidence(manifest, { time: now + 24 * HOUR }) }
    assert.equal(await seal(), 'sealed')
    assert.equal(engine.set.transparency?.log?.until, (now + 48 * HOUR) * 1000)
    assert.deepEqual(engine.set.alarms.map(a => a.code).filter(c => c.startsWith('set-')), [])

    // The next set in the log, days later.
    at(30 * 24 * HOUR)
    assert.equal(await seal(), 'policy-stale')
    const next = manifestOf(4)
    world.activate(next)
    served = { manifest: next, evidence: world.evidence(next, { time: now + 30 * 24 * HOUR - 60 }) }
    assert.equal(await seal(), 'sealed')
    assert.equal(engine.set.epoch, 4)

    // Several pictures at once are refused each, and the server is asked for one after the other at most.
    at(60 * 24 * HOUR)
    asked = 0
    assert.deepEqual(await Promise.all([seal(), seal(), seal()]), ['policy-stale', 'policy-stale', 'policy-stale'])
    assert.ok(asked >= 1 && asked <= 3)
  } finally {
    engine.close()
    clock.reset()
  }
})
