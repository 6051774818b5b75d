// A threshold and synthetic vouchers, the whole way: the real server, the demonstration page in Chromium, a retry, a reload in the middle, and a second device.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { give, openDemo, pressSample } from './demo-page'
import type { Sent } from './demo-page'
import { startServer } from './veilhash'
import type { RealServer } from './veilhash'

const T = 2
const W = 4

interface Sample { name: string; inSet: boolean }
interface Account { vouchers: number; matches: number; synthetics: number; periods: { matches: number; opened: boolean }[] }

let browser: Browser
let server: RealServer
let page: Page
let samples: Sample[]

before(async () => {
  if (skipped) return
  server = await startServer('--threshold', String(T), '--synthetics', String(W))
  browser = await launch()
  page = await openDemo(browser, server)
  samples = await (await fetch(new URL('samples/index.json', server.url))).json() as Sample[]
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const it = (name: string, f: () => Promise<void>) => test(name, { skip: skipped, timeout: 240_000 }, async () => {
  await f()
  browser.check()
})

const accountName = (p: Page) => p.evaluate(() => (JSON.parse(localStorage['veilhash-demo-account'] as string) as { name: string }).name)
const account = async (p: Page): Promise<Account> =>
  await (await fetch(new URL(`v0/console/accounts?account=${await accountName(p)}`, server.url))).json() as Account
const state = (p: Page) => p.getAttribute('#verdict', 'data-state')
const held = async (p: Page) => (await p.locator('#alarms li').evaluateAll(all => all.map(a => (a as HTMLElement).dataset.code))).find(c => c === 'displaced' || c === 'repeat')
const inSet = () => samples.map((s, i) => ({ ...s, i })).filter(s => s.inSet)
const strangers = () => samples.map((s, i) => ({ ...s, i })).filter(s => !s.inSet)

/** Presses a sample, again while synthetic vouchers take its place: what a person does who sends it another day. */
async function press(p: Page, i: number): Promise<Sent> {
  for (let n = 0; n <= W; n++) {
    const sent = await pressSample(p, i, samples[i]!.name)
    assert.equal(sent.ids.length, 2, 'an upload is two vouchers')
    assert.equal(new Set(sent.lengths).size, 1)
    if ((await held(p)) !== 'displaced') return sent
  }
  throw new Error('displaced more often than there are synthetic vouchers')
}

it('the account opens at its third true match, and not before, however many synthetic vouchers come', async () => {
  assert.ok(inSet().length > T)
  let matches = 0
  for (const s of strangers()) {
    const { ids } = await press(page, s.i)
    for (const id of ids) assert.ok(['closed', 'match'].includes((await server.verdict(id)).state), s.name)
    assert.ok(['closed', 'match'].includes((await state(page))!))
  }
  matches = (await account(page)).matches
  assert.ok(matches <= W, `${matches} matches of pictures that are in no set`)
  for (const [n, s] of inSet().slice(0, T + 1).entries()) {
    const { ids } = await press(page, s.i)
    const verdicts = await Promise.all(ids.map(id => server.verdict(id)))
    const known = await account(page)
    assert.equal(known.periods[0]!.opened, n === T, `after ${n + 1} true matches`)
    assert.ok(known.matches >= n + 1 && known.matches <= n + 1 + W)
    assert.equal(verdicts.filter(v => v.state === 'opened').length, n === T ? 1 : 0)
    assert.equal(await state(page), n === T ? 'opened' : 'match')
    // The page shows what the server knows: vouchers, matches, opened or not.
    const shown = (await page.innerText('#account-tally')).replaceAll(',', '')
    assert.match(shown, new RegExp(`Vouchers\\s+${known.vouchers}\\s+Matches\\s+${known.matches}\\s+Opened\\s+${n === T ? 'yes' : 'no'}`))
    assert.match(await page.innerText('#account-tally-note'), new RegExp(`Up to ${W}`))
  }
  // What came before is open too.
  assert.equal(await page.locator('#history .chip.opened').count(), T + 1)
})

it('a repeat goes out as a voucher that stays closed, also after a reload', async () => {
  const [s] = inSet()
  for (const again of [false, true]) {
    if (again) {
      await page.reload()
      await page.waitForSelector('html[data-ready]')
      await page.waitForSelector('.sample')
    }
    const { ids } = await press(page, s!.i)
    assert.equal(await held(page), 'repeat')
    for (const id of ids) assert.notEqual((await server.verdict(id)).state, 'opened')
  }
})

it('an upload that did not arrive goes out again after a reload, byte for byte, and counts once', async () => {
  await page.click('#account-new')
  await page.waitForFunction(() => document.getElementById('verdict')!.dataset.state === 'none')
  const before = await account(page)
  assert.deepEqual([before.vouchers, before.matches], [0, 0])
  // The first voucher arrives, the second does not, and neither do the answers of a second try.
  const bodies: string[] = []
  await page.route('**/v0/vouchers?*', async route => {
    bodies.push(route.request().postDataBuffer()!.toString('hex'))
    if (bodies.length === 1) return route.continue()
    return route.abort()
  })
  const s = inSet()[1]!
  await page.locator('.sample').nth(s.i).click()
  await page.waitForSelector('#again:not([hidden])')
  assert.equal(await state(page), 'error')
  const displaced = (await held(page)) === 'displaced'
  await page.click('#again')
  await page.waitForFunction(() => document.getElementById('problem')!.hidden === false)
  assert.deepEqual(bodies.slice(2), bodies.slice(0, bodies.length - 2), 'a second try sends the same bytes')
  await page.unroute('**/v0/vouchers?*')
  page.on('request', r => {
    if (r.method() === 'POST') bodies.push(r.postDataBuffer()!.toString('hex'))
  })
  await page.reload()
  await page.waitForFunction(() => ['closed', 'match'].includes(document.getElementById('verdict')!.dataset.state!))
  assert.equal(new Set(bodies).size, 2)
  assert.equal((await account(page)).vouchers, 2)
  // It was under way over the reload, and is acknowledged now: a repeat, unless synthetic vouchers took its place then.
  await page.waitForSelector('.sample')
  if (displaced) return
  await press(page, s.i)
  assert.equal(await held(page), 'repeat')
})

it('a second device takes the account over, and both count as one', async () => {
  await page.click('#account-new')
  await page.waitForFunction(() => document.getElementById('verdict')!.dataset.state === 'none')
  await press(page, inSet()[0]!.i)
  await page.click('#account-export')
  const passphrase = await page.inputValue('#passphrase')
  assert.match(passphrase, /^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/)
  await page.fill('#passphrase', 'short')
  assert.match(await page.innerText('#transfer-say'), /Too short/)
  await page.click('#transfer-go')
  await page.waitForSelector('#transfer-say[data-state=error]')
  await page.fill('#passphrase', passphrase)
  assert.equal(await page.innerText('#transfer-say'), '')
  await page.click('#transfer-go')
  await page.waitForFunction(() => (document.getElementById('transfer-text') as HTMLTextAreaElement).value !== '')
  const text = await page.inputValue('#transfer-text')
  const secret = await page.evaluate(() => /:([0-9a-f]{64}):/.exec(localStorage['veilhash-demo-account'] as string)![1]!)
  assert.equal(text.includes(secret), false)

  const other = await launch()
  try {
    const second = await openDemo(other, server)
    await second.waitForSelector('.sample')
    await second.click('#account-import')
    const bring = async (t: string, p: string) => {
      await second.fill('#transfer-text', t)
      await second.fill('#passphrase', p)
      await second.click('#transfer-go')
      await second.waitForFunction(() => !/Stretching/.test(document.getElementById('transfer-say')!.innerText))
      await second.waitForSelector('#transfer-go:not([disabled])')
      return second.innerText('#transfer-say')
    }
    const was = await accountName(second)
    assert.match(await bring(text, 'not the passphrase'), /not the passphrase/)
    assert.match(await bring(text.slice(0, 90), passphrase), /not the text/)
    assert.equal(await accountName(second), was)
    assert.match(await bring(text, passphrase.toUpperCase().toLowerCase()), /Done/)
    assert.equal(await accountName(second), await accountName(page))
    for (const s of inSet().slice(1, T + 1)) await press(second, s.i)
    assert.equal(await state(second), 'opened', 'one match here and two there make three')
    assert.equal((await account(page)).periods[0]!.opened, true)
    other.check()
  } finally {
    await other.close()
  }
})

it('a new secret serves from the next period on', async () => {
  await page.click('#account-new')
  await page.waitForFunction(() => document.getElementById('verdict')!.dataset.state === 'none')
  const read = () => page.evaluate(() => JSON.parse(localStorage['veilhash-demo-account'] as string) as { secret: string; next?: { secret: string; from: number } })
  const before = await read()
  await page.click('#account-rotate')
  await page.waitForSelector('#account-rotate[disabled]')
  await page.waitForFunction(() => /"next"/.test(localStorage['veilhash-demo-account'] as string))
  const rotated = await read()
  assert.equal(rotated.secret, before.secret)
  assert.ok(rotated.next!.from > Date.now() && rotated.next!.from <= Date.now() + 30 * 86_400_000)
  // When the period is over the successor is in use.
  await page.evaluate(() => {
    const a = JSON.parse(localStorage['veilhash-demo-account'] as string) as { next: { from: number } }
    a.next.from = 1
    localStorage['veilhash-demo-account'] = JSON.stringify(a)
  })
  await give(page, 'x.png', Buffer.from('no picture'), 'image/png')
  const after = await read()
  assert.equal(after.secret, rotated.next!.secret)
  assert.equal(after.next, undefined)
})
