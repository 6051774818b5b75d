// The set in Chromium's storage: interrupted, replaced, rolled back, damaged, shared by two tabs.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { formatManifest, parseManifest } from '../src/manifest'
import { fakeSet } from '../test/fake-set'
import { deltaShards, plainDelta, plainManifest, goldenShards } from '../test/vectors'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { plainID, opens, toolPage } from './setup'
import { goldenFiles, serveStatic } from './static'
import type { Static } from './static'

let browser: Browser
let server: Static

before(async () => {
  if (skipped) return
  browser = await launch()
})
after(() => browser?.close())

/** Each test has a server of its own, and so an origin and storage of its own. */
const it = (name: string, f: () => Promise<void>) => test(name, { skip: skipped, timeout: 120_000 }, async () => {
  server = await serveStatic()
  try {
    await f()
    browser.check()
  } finally {
    for (const page of browser.context.pages()) await page.close()
    await server.close()
  }
})

const shardRequests = () => server.requests.filter(p => p.endsWith('.shard'))
const [digest] = goldenShards().keys()
const utf8 = new TextEncoder()

/** Starts a scanner and seals one of the golden set's pictures. */
async function visit(page?: Awaited<ReturnType<typeof toolPage>>) {
  const own = page ?? (await toolPage(browser, server))
  const result = await own.evaluate(async () => {
    const scanner = await vh.start()
    const { voucher, report } = await vh.seal(scanner, await vh.picture(1, 300, 200))
    const { id, epoch, alarms } = scanner.set
    scanner.close()
    return {
      id, epoch, alarms: alarms.map(a => a.code), report: report.alarms.map(a => a.code), voucher: vh.hex(voucher),
      real: report.probes.filter(p => p.real).length,
    }
  })
  if (!page) await own.close()
  return { ...result, opened: opens(result.voucher, result.id) }
}

it('is downloaded once, and used without a server for it afterwards', async () => {
  assert.equal((await visit()).opened, true)
  assert.equal(shardRequests().length, 1)
  assert.equal((await visit()).opened, true)
  assert.equal(shardRequests().length, 1)
  server.set.clear()
  const offline = await visit()
  assert.equal(offline.opened, true)
  assert.deepEqual(offline.alarms, ['set-outdated'])
  assert.deepEqual(offline.report, ['set-outdated'])
})

it('goes on where a visit was interrupted', async () => {
  let half = true
  const ranges: string[] = []
  server.handler = (path, request, response) => {
    if (!path.endsWith('.shard')) return false
    ranges.push(request.headers.range ?? 'all')
    if (!half) return false
    const body = server.set.get(path.slice(5))!
    response.writeHead(200, { 'content-length': body.length })
    if (ranges.length === 1) response.write(body.subarray(0, 20_000))
    // And then nothing: the page is closed while it waits.
    return true
  }
  const page = await toolPage(browser, server)
  const progress = await page.evaluate(() => new Promise<number>(resolve => {
    void vh.start({ onProgress: p => p.done > 10_000 && resolve(p.done) })
  }))
  await page.close()
  half = false
  const { opened } = await visit()
  assert.equal(opened, true)
  assert.equal(ranges.at(-1), `bytes=${progress}-`)
})

it('is replaced by a newer one; unchanged shards are kept', async () => {
  await visit()
  const next = { ...parseManifest(plainManifest()), epoch: 2 }
  server.set.set('manifest', utf8.encode(formatManifest(next)))
  const second = await visit()
  assert.equal(second.epoch, 2)
  assert.notEqual(second.id, plainID())
  assert.equal(second.opened, true)
  assert.equal(shardRequests().length, 1)

  // The first one again: an older epoch is refused, and what is in use stays.
  server.set.set('manifest', utf8.encode(plainManifest()))
  const back = await visit()
  assert.equal(back.id, second.id)
  assert.deepEqual(back.alarms, ['set-rolled-back'])
  assert.equal(back.opened, true)
})

it('is added to: a delta downloads its own bytes and no others', async () => {
  await visit()
  assert.equal(shardRequests().length, 1)
  server.set.set('manifest', utf8.encode(plainDelta()))
  for (const [digest, bytes] of deltaShards()) server.set.set(`${digest}.shard`, bytes)
  const page = await toolPage(browser, server)
  const seen = await page.evaluate(async () => {
    const progress: number[] = []
    const scanner = await vh.start({ onProgress: p => progress.push(p.done, p.total) })
    const { report } = await vh.seal(scanner, await vh.picture(1, 300, 200))
    const { epoch, alarms } = scanner.set
    scanner.close()
    return { epoch, alarms: alarms.length, real: report.probes.filter(p => p.real).length, first: progress[0], total: progress[1] }
  })
  const size = [...deltaShards().values()].reduce((n, b) => n + b.length, 0)
  assert.deepEqual([seen.epoch, seen.alarms, seen.real], [2, 0, 16])
  assert.equal(seen.total! - seen.first!, size)
  assert.deepEqual(shardRequests().slice(1), [...deltaShards().keys()].map(d => `/set/${d}.shard`))
  await page.close()
})

it('is refused where a key was another table\'s, and what is in use stays', async () => {
  const first = await visit()
  const other = plainManifest().replace(/\nepoch \d+\n/, '\nepoch 2\n').replace(/(\nfill-commitment )(.)/, (_, name, digit) => name + (digit === '0' ? '1' : '0'))
  server.set.set('manifest', utf8.encode(other))
  const second = await visit()
  assert.equal(second.id, first.id)
  assert.deepEqual(second.alarms, ['key-reused'])
  assert.equal(second.opened, true)
})

it('is replaced while a scanner runs, and old files go', async () => {
  const fake = fakeSet(20, 1)
  const next = { ...parseManifest(plainManifest()), epoch: 2 }
  next.layers[0]!.shards[0] = { digest: [...fake.files.keys()][0]!, attempt: 0 }
  next.layers[0]!.key = parseManifest(plainDelta()).layers[1]!.key // another table has another key
  const page = await toolPage(browser, server)
  await page.evaluate(async () => {
    Object.assign(globalThis, { scanner: await vh.start() })
  })
  const list = () => page.evaluate(async () => {
    const names: string[] = []
    const walk = async (folder: FileSystemDirectoryHandle) => {
      for await (const handle of folder.values()) {
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle)
        else if (handle.name.endsWith('.shard')) names.push(handle.name)
      }
    }
    await walk(await navigator.storage.getDirectory())
    return names
  })
  const refresh = () => page.evaluate(async () => {
    const scanner = (globalThis as unknown as { scanner: import('../src/index').Scanner }).scanner
    const set = await scanner.refresh()
    const { voucher, report } = await vh.seal(scanner, await vh.picture(1, 300, 200))
    return { epoch: set.epoch, id: set.id, voucher: vh.hex(voucher), alarms: report.alarms.map(a => a.code) }
  })

  // A newer set whose file cannot be had: the old one goes on.
  server.set.set('manifest', utf8.encode(formatManifest(next)))
  const missing = await refresh()
  assert.deepEqual([missing.epoch, missing.alarms], [1, ['set-outdated']])
  assert.equal(opens(missing.voucher), true)

  // Damaged on the way: the same.
  const [name, bytes] = [...fake.files][0]!
  server.set.set(`${name}.shard`, bytes.with(9000, bytes[9000]! ^ 1))
  const damaged = await refresh()
  assert.deepEqual([damaged.epoch, damaged.alarms], [1, ['set-outdated']])

  // Whole: it is used from the next picture on. Its cells are random bytes, hardly ever group elements: dummies and alarms, no error.
  server.set.set(`${name}.shard`, bytes)
  const replaced = await refresh()
  assert.equal(replaced.epoch, 2)
  assert.deepEqual(replaced.alarms, ['lookup'])
  assert.equal(replaced.voucher.length, missing.voucher.length)
  assert.deepEqual(await list(), [`${name}.shard`])
})

it('is fetched again where it was damaged on the device', async () => {
  await visit()
  const page = await toolPage(browser, server)
  // Flip a bit in every block, behind the scanner's back.
  await page.evaluate(async digest => {
    const damage = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const handle of folder.values()) {
        if (handle.kind === 'directory') await damage(handle as FileSystemDirectoryHandle)
        else if (handle.name === `${digest}.shard`) {
          const file = handle as FileSystemFileHandle
          const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer())
          for (let at = 500; at < bytes.length; at += 4096) bytes[at]! ^= 1
          const writable = await file.createWritable()
          await writable.write(bytes)
          await writable.close()
        }
      }
    }
    await damage(await navigator.storage.getDirectory())
  }, digest!)
  const before = shardRequests().length
  const result = await page.evaluate(async () => {
    const scanner = await vh.start()
    const blob = await vh.picture(1, 300, 200)
    const first = await vh.seal(scanner, blob)
    // The repair runs in the background.
    let last = first
    for (let i = 0; i < 100 && last.report.alarms.length > 0; i++) {
      await new Promise(resolve => setTimeout(resolve, 50))
      last = await vh.seal(scanner, blob)
    }
    scanner.close()
    return {
      first: vh.hex(first.voucher), firstAlarms: first.report.alarms.map(a => a.code), last: vh.hex(last.voucher),
      lastAlarms: last.report.alarms.map(a => a.code),
    }
  })
  assert.ok(result.firstAlarms.includes('block'), String(result.firstAlarms))
  assert.equal(opens(result.first), false)
  assert.deepEqual(result.lastAlarms, [])
  assert.equal(opens(result.last), true)
  assert.equal(result.first.length, result.last.length)
  assert.equal(shardRequests().length, before + 1)
})

it('is downloaded once by two tabs that start at the same time', async () => {
  server.handler = async path => {
    if (path.endsWith('.shard')) await new Promise(resolve => setTimeout(resolve, 300))
    return false
  }
  const pages = [await toolPage(browser, server), await toolPage(browser, server)]
  const visits = await Promise.all(pages.map(p => visit(p)))
  assert.deepEqual(visits.map(v => v.opened), [true, true])
  assert.equal(shardRequests().length, 1)
})

it('is refused where the manifest is none', async () => {
  const page = await toolPage(browser, server)
  const start = () => page.evaluate(() => vh.outcome(vh.start({ payload: 'derivative' })))
  for (const [text, want] of [
    ['<!doctype html>', 'manifest'],
    [plainManifest().slice(0, -1), 'manifest'],
    [plainManifest().replace(/\nkey [0-9a-f]{64}/, `\nkey ${'0'.repeat(64)}`), 'manifest'],
    [plainManifest().replace('lowest-frequency', 'highest-frequency'), 'scheme'],
    [plainManifest().replace(/\nkinds .*/, '\nkinds none'), 'payload-kind'],
    ['x'.repeat(3 << 20), 'manifest'],
  ] as const) {
    server.set = goldenFiles().set('manifest', utf8.encode(text))
    assert.equal(await start(), want)
  }
})
