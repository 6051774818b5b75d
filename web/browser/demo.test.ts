// The whole way: the real server, the demonstration page in Chromium, and what the server could open.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { give, openDemo, pressSample, reencode } from './demo-page'
import { startServer } from './veilhash'
import type { RealServer } from './veilhash'

interface Sample { name: string; inSet: boolean; edit?: string }

let browser: Browser
let server: RealServer
let page: Page
let samples: Sample[]
let requests: { method: string; path: string; length: number }[] = []

before(async () => {
  if (skipped) return
  // One voucher a picture, and the first match opens: threshold.test.ts is about the rest.
  server = await startServer('--threshold', '1', '--synthetics', '0')
  browser = await launch()
  page = await browser.page()
  page.on('request', r => {
    if (r.url().startsWith('blob:')) return // the worker, made of what was fetched: nothing is asked of anyone
    requests.push({ method: r.method(), path: new URL(r.url()).pathname, length: r.postDataBuffer()?.length ?? 0 })
  })
  await page.goto(server.url)
  await page.waitForSelector('html[data-ready]')
  samples = await page.evaluate(async () => await (await fetch('/samples/index.json')).json() as Sample[])
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const it = (name: string, f: () => Promise<void>) => test(name, { skip: skipped, timeout: 180_000 }, async () => {
  await f()
  browser.check()
})

const lengths = new Set<number>()
const state = () => page.getAttribute('#verdict', 'data-state')

it('every sample comes out as it should', async () => {
  assert.ok(samples.length >= 6 && samples.some(s => s.inSet) && samples.some(s => !s.inSet))
  for (const [i, s] of samples.entries()) {
    const { ids, lengths: sizes } = await pressSample(page, i, s.name)
    sizes.forEach(n => lengths.add(n))
    const verdict = await server.verdict(ids[0]!)
    assert.equal(verdict.state, s.inSet ? 'opened' : 'closed', s.name)
    assert.equal(await state(), verdict.state, s.name)
  }
})

it('a photograph of the set, resized and re-encoded, is opened, and its small grey copy comes out', async () => {
  // Another account: to this one, a copy with the same token would be a repeat.
  await page.click('#account-new')
  await page.waitForFunction(() => document.getElementById('verdict')!.dataset.state === 'none')
  for (const s of samples.filter(s => s.inSet)) {
    const bytes = await reencode(page, `/samples/${s.name}`, 0.7, 'image/jpeg', 0.75)
    const { ids, lengths: sizes } = await give(page, `copy of ${s.name}.jpg`, bytes)
    sizes.forEach(n => lengths.add(n))
    const verdict = await server.verdict(ids[0]!)
    assert.equal(verdict.state, 'opened', s.name)
    assert.equal(verdict.payload?.kind, 'derivative')
    const jpeg = Buffer.from(verdict.payload?.image ?? '', 'base64')
    assert.equal(jpeg.readUInt16BE(0), 0xffd8)
    assert.match(verdict.payload?.pdq ?? '', /^[0-9a-f]{64}$/)
    // The page shows what the server holds.
    assert.equal(await state(), 'opened')
    const shown = await page.locator('#derivative').boundingBox()
    assert.ok(shown && shown.width > 30 && shown.height > 30, 'the derivative is not to be seen')
    assert.match(await page.innerText('#opened-facts'), new RegExp(verdict.payload!.pdq!.slice(0, 16)))
  }
})

it('a photograph that is not in the set stays closed', async () => {
  for (const s of samples.filter(s => !s.inSet)) {
    const bytes = await reencode(page, `/samples/${s.name}`, 0.8, 'image/webp', 0.8)
    const { ids, lengths: sizes } = await give(page, `copy of ${s.name}.webp`, bytes, 'image/webp')
    sizes.forEach(n => lengths.add(n))
    const verdict = await server.verdict(ids[0]!)
    assert.equal(verdict.state, 'closed', s.name)
    assert.equal(verdict.payload, undefined)
    assert.equal(await state(), 'closed')
    assert.equal(await page.isVisible('#derivative'), false)
  }
})

it('hostile files send a voucher of the same length, which stays closed', async () => {
  const inSet = samples.find(s => s.inSet)!
  const jpeg = Buffer.from(await reencode(page, `/samples/${inSet.name}`, 0.5, 'image/jpeg', 0.9))
  const png = Buffer.from(await reencode(page, `/samples/${inSet.name}`, 0.5, 'image/png', 1))
  const huge = Buffer.from(png)
  huge.writeUInt32BE(30000, 16)
  huge.writeUInt32BE(30000, 20)
  const files: [string, Uint8Array][] = [
    ['truncated.jpg', jpeg.subarray(0, 60)],
    ['corrupt.png', png.map((b, i) => (i > 50 && i % 3 === 0 ? b ^ 0x5a : b))],
    ['empty.jpg', new Uint8Array()],
    ['one.png', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')],
    ['30000x30000.png', huge],
    ['text.jpg', Buffer.from('this is no picture, whatever its name says')],
  ]
  for (const [name, bytes] of files) {
    const { ids, lengths: sizes } = await give(page, name, bytes)
    sizes.forEach(n => lengths.add(n))
    const verdict = await server.verdict(ids[0]!)
    assert.equal(verdict.state, 'closed', name)
    assert.equal(await state(), 'closed', name)
    assert.ok(await page.locator('#alarms li').count() > 0, `${name}: the page does not say what is wrong`)
  }
})

it('all vouchers have one length, and nothing else was sent', async () => {
  assert.equal(lengths.size, 1)
  const posts = requests.filter(r => r.method !== 'GET')
  assert.ok(posts.length >= 2 * samples.length + 6)
  for (const p of posts) {
    assert.equal(`${p.method} ${p.path}`, 'POST /v0/vouchers')
    assert.equal(p.length, [...lengths][0])
  }
  for (const r of requests.filter(r => r.method === 'GET')) {
    assert.match(r.path, /^\/($|demo\.js|style\.css|icon\.svg|veilhash-worker\.js|scanner\.wasm|set\/(manifest|endorsements|manifest\.tlog-proof|[0-9a-f]{64}\.shard)$|trust\/(policy|index\.json)$|samples\/|v0\/console\/)/)
  }
  // The set was fetched once, whatever was scanned.
  assert.equal(requests.filter(r => r.path.endsWith('.shard')).length, new Set(requests.filter(r => r.path.endsWith('.shard')).map(r => r.path)).size)
})

it('the page counts what the server counted', async () => {
  const books = await server.status()
  assert.ok(books.vouchers >= 2 * samples.length && books.matches > 0)
  assert.match((await page.innerText('#tally')).replaceAll(',', ''), new RegExp(`Vouchers\\s+${books.vouchers}\\b[^]*Matches\\s+${books.matches}\\b`))
})

it('it can be used with the keyboard alone, and fits a phone', async () => {
  const own = await openDemo(browser, server)
  await own.setViewportSize({ width: 390, height: 844 })
  await own.waitForSelector('.sample')
  await own.keyboard.press('Tab')
  assert.equal(await own.evaluate(() => document.activeElement?.id), 'lab-link')
  await own.keyboard.press('Tab')
  assert.equal(await own.evaluate(() => document.activeElement?.id), 'trust-link')
  await own.keyboard.press('Tab')
  assert.equal(await own.evaluate(() => document.activeElement?.className), 'sample')
  for (let i = 0; i < samples.length; i++) await own.keyboard.press('Tab')
  assert.equal(await own.evaluate(() => document.activeElement?.id), 'file')
  await own.keyboard.press('Shift+Tab')
  await own.keyboard.press('Enter')
  await own.waitForFunction(() => ['opened', 'closed'].includes(document.getElementById('verdict')!.dataset.state!))
  const overflow = await own.evaluate(() => document.scrollingElement!.scrollWidth - innerWidth)
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide for a phone`)
  await own.close()
})

it('what goes wrong is shown', async () => {
  const problem = async (path: string, status: number, want: RegExp) => {
    const own = await browser.page()
    await own.route(path, route => status ? route.fulfill({ status }) : route.abort())
    await own.goto(server.url)
    await own.waitForSelector('#problem:not([hidden])')
    assert.match(await own.innerText('#problem'), want)
    await own.close()
  }
  await problem('**/scanner.wasm', 404, /scanner is missing/)
  await problem('**/veilhash-worker.js', 404, /scanner cannot start/)

  const own = await openDemo(browser, server)
  const file = { name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('x') }
  await own.route('**/v0/vouchers?*', route => route.abort())
  await own.setInputFiles('#file', file)
  await own.waitForSelector('#problem:not([hidden])')
  assert.match(await own.innerText('#problem'), /server is gone/)
  await own.unroute('**/v0/vouchers?*')
  await own.route('**/v0/vouchers?*', route => route.fulfill({ status: 429, json: { code: 'busy', error: 'too many vouchers waiting' } }))
  await own.setInputFiles('#file', { ...file, name: 'y.png' })
  await own.waitForFunction(() => /refused/.test(document.getElementById('problem')!.innerText))
  assert.match(await own.innerText('#problem'), /too many vouchers waiting/)
  // And it goes on when the server does.
  await own.unroute('**/v0/vouchers?*')
  await give(own, 'z.png', Buffer.from('z'), 'image/png')
  assert.equal(await own.isVisible('#problem'), false)
  await own.close()
})

it('without a set there is an explanation', async () => {
  const fresh = await launch()
  try {
    const own = await fresh.page()
    await own.route('**/set/*.shard', route => route.abort())
    await own.goto(server.url)
    await own.waitForSelector('#problem:not([hidden])')
    assert.match(await own.innerText('#problem'), /hash set cannot be downloaded/)
    assert.equal(await own.getAttribute('#status', 'data-state'), 'failed')
  } finally {
    await fresh.close()
  }
})
