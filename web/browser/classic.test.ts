// Sets of goimagehash's hashes in Chromium: the second module is fetched when a set needs it, once, and never otherwise; and what it seals opens natively.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { fromHex } from '../test/reference/encoding'
import { root } from '../test/vectors'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { toolPage } from './setup'
import { goldenFiles, serveStatic } from './static'
import type { Static } from './static'

const veilhash = process.env.VEILHASH ?? join(root, 'bin/veilhash')
const MODULE = '/scanner-classic.wasm'

let browser: Browser
let server: Static
let page: Page
let folder: string

const run = (...args: string[]): string => execFileSync(veilhash, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Builds a set of two pictures with a hasher and serves it. */
function serveSet(hasher: string): void {
  const out = `set-${hasher}`
  if (!existsSync(join(folder, out))) run('set', 'build', '--images', 'pictures', '--hasher', hasher, '--key', 'key', '--out', out)
  server.set = new Map(readdirSync(join(folder, out)).map(n => [n, new Uint8Array(readFileSync(join(folder, out, n)))]))
}

/** How often the module was asked for since the last call. */
function fetched(): number {
  const n = server.requests.filter(r => r === MODULE).length
  server.requests.length = 0
  return n
}

before(async () => {
  if (skipped) return
  if (!existsSync(veilhash)) throw new Error(`${veilhash} is missing: run "make build" first`)
  server = await serveStatic()
  browser = await launch()
  page = await toolPage(browser, server)
  folder = mkdtempSync(join(tmpdir(), 'veilhash-classic-'))
  mkdirSync(join(folder, 'pictures'))
  for (const seed of [1, 2]) {
    const png = await page.evaluate(async seed => vh.hex(new Uint8Array(await (await vh.picture(seed, 300, 200)).arrayBuffer())), seed)
    writeFileSync(join(folder, 'pictures', `${seed}.png`), fromHex(png))
  }
  run('key', 'new', 'key')
})
after(async () => {
  await browser?.close()
  await server?.close()
  if (folder) rmSync(folder, { recursive: true })
})

const it = (name: string, f: () => Promise<void>) => test(name, { skip: skipped, timeout: 120_000 }, async () => {
  await f()
  browser.check()
})

it('the module is never fetched under a set of PDQ', async () => {
  server.set = goldenFiles()
  fetched()
  const report = await page.evaluate(async () => {
    const scanner = await vh.start()
    const { report } = await vh.seal(scanner, await vh.picture(1, 300, 200))
    await scanner.refresh()
    scanner.close()
    return report
  })
  assert.equal(report.hasher, 'pdq-canonical')
  assert.equal(report.hash, report.pdq)
  assert.equal(fetched(), 0)
})

for (const hasher of ['phash-64', 'dhash-256']) {
  it(`under a set of ${hasher} it is fetched once, and copies match`, async () => {
    serveSet(hasher)
    fetched()
    const sealed = await page.evaluate(async () => {
      const scanner = await vh.start()
      const half = new OffscreenCanvas(192, 128)
      half.getContext('2d')!.drawImage(vh.canvasOf(1, 300, 200), 0, 0, 192, 128)
      const pictures = {
        same: await vh.picture(1, 300, 200),
        copy: await half.convertToBlob({ type: 'image/jpeg', quality: 0.75 }),
        other: await vh.picture(99, 300, 200),
        broken: new Blob(['no picture']),
      }
      const out: Record<string, { voucher: string; hash: string | undefined; pdq: string | undefined }> = {}
      for (const [name, source] of Object.entries(pictures)) {
        const { voucher, report } = await vh.seal(scanner, source)
        out[name] = { voucher: vh.hex(voucher), hash: report.hash, pdq: report.pdq }
      }
      await scanner.refresh()
      scanner.close()
      return out
    })
    assert.equal(fetched(), 1)
    const native = run('hash', '--hasher', hasher, 'pictures/1.png').split(',')[0]
    assert.equal(sealed['same']!.hash, native)
    assert.equal(sealed['same']!.pdq, undefined)
    assert.equal(sealed['broken']!.hash, undefined)
    const states: Record<string, string> = {}
    for (const [name, { voucher }] of Object.entries(sealed)) {
      writeFileSync(join(folder, `${name}.voucher`), fromHex(voucher))
      states[name] = run('open', '--set', `set-${hasher}`, '--key', 'key', '--binding', 'alice/message 1', `${name}.voucher`).trim().split('\t')[1]!
    }
    assert.deepEqual(states, { same: 'match', copy: 'match', other: 'closed', broken: 'closed' })
    assert.equal(new Set(Object.values(sealed).map(s => s.voucher.length)).size, 1)
  })
}

it('where it was not deployed, the error says so, and a set that is there stays in use', async () => {
  serveSet('phash-64')
  const codes = await page.evaluate(async () => {
    const wasmModule = await WebAssembly.compile(await (await fetch('/scanner.wasm')).arrayBuffer())
    return {
      missing: await vh.outcome(vh.start({ setURL: '/set/?a', classicURL: '/missing.wasm' } as never)),
      none: await vh.outcome(vh.start({ classicURL: '/tools.js' } as never)),
      nowhere: await vh.outcome(vh.start({ wasmURL: undefined, wasmModule } as never)),
    }
  })
  assert.deepEqual(codes, { missing: 'hasher-module-missing', none: 'code-digest', nowhere: 'hasher-module-missing' })

  // A set of PDQ in use, and a newer one that needs the module: the one in use stays, with an alarm.
  const golden = goldenFiles()
  const newer = new Map(server.set)
  const text = new TextDecoder().decode(newer.get('manifest'))
  newer.set('manifest', new TextEncoder().encode(text.replace(/\nepoch \d+\n/, '\nepoch 999\n')))
  server.set = golden
  await page.evaluate(async () => {
    const scanner = await vh.start({ classicURL: '/missing.wasm' } as never)
    ;(globalThis as never as { kept: unknown }).kept = scanner
  })
  server.set = newer
  const after = await page.evaluate(async () => {
    const scanner = (globalThis as never as { kept: Awaited<ReturnType<typeof vh.start>> }).kept
    const info = await scanner.refresh()
    const { report } = await vh.seal(scanner, await vh.picture(1, 300, 200))
    scanner.close()
    return { scheme: info.scheme, alarms: info.alarms.map(a => a.code), hasher: report.hasher, real: report.probes.filter(p => p.real).length }
  })
  assert.match(after.scheme, /^lowest-frequency/)
  assert.deepEqual(after.alarms, ['set-outdated'])
  assert.equal(after.hasher, 'pdq-canonical')
  assert.ok(after.real > 0)
})

it('a module that the page has compiled itself serves too', async () => {
  serveSet('phash-64')
  const real = await page.evaluate(async () => {
    const compile = async (url: string) => WebAssembly.compile(await (await fetch(url)).arrayBuffer())
    const classicModule = await compile('/scanner-classic.wasm')
    const scanner = await vh.start({ wasmURL: undefined, wasmModule: await compile('/scanner.wasm'), classicModule } as never)
    const { report } = await vh.seal(scanner, await vh.picture(1, 300, 200))
    scanner.close()
    return report.probes.filter(p => p.real).length
  })
  assert.equal(real, 16)
})
