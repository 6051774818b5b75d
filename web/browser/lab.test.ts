// The laboratory in Chromium, served by the real server: what it shows is compared with what the same code finds natively, of the same files.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { byFrequency } from '../shared/bits'
import { flips, fromHex } from '../lab/state'
import type { Examined, Opened } from '../lab/types'
import { startNative } from '../test/lab-native'
import type { Native } from '../test/lab-native'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { give, openLab, settled } from './lab-page'
import type { File } from './lab-page'
import { startServer } from './veilhash'
import type { RealServer } from './veilhash'

let browser: Browser
let server: RealServer
let native: Native
let page: Page
let files: File[]
let requests: string[] = []

before(async () => {
  if (skipped) return
  native = startNative()
  server = await startServer()
  browser = await launch()
  page = await openLab(browser, server.url)
  page.on('request', r => requests.push(r.url()))
  files = readdirSync(native.samples).sort().map(name => ({ name, mimeType: 'image/jpeg', buffer: readFileSync(join(native.samples, name)) }))
    .filter(f => f.buffer.length < 400_000) // the large one has a test of its own
})
after(async () => {
  await browser?.close()
  await server?.close()
  native?.close()
})

const it = (name: string, f: () => Promise<void>) => test(name, { skip: skipped, timeout: 300_000 }, async () => {
  await f()
  browser.check()
})

const balanced = async (): Promise<string> =>
  ((await native.call({ op: 'describe' })).answer as { presets: { name: string; text: string }[] }).presets.find(p => p.name === 'balanced')!.text

/** What the native code finds of a picture's copy, whose own original is entry 0. */
async function expected(file: File, edit: { name?: string; recipe?: string }): Promise<Examined> {
  const opened = (await native.call({ op: 'open', key: 1 }, file.buffer)).answer as Opened
  await native.call({ op: 'set' }, fromHex(opened.pdq))
  return (await native.call({ op: 'examine', key: 1, edit, seed: '1', schemes: ['exact', await balanced(), 'wide'], own: 0 })).answer as Examined
}

const fact = (term: string): Promise<string> => page.evaluate(term => {
  const dt = [...document.querySelectorAll('#bits-facts dt')].find(e => e.textContent === term)
  return dt?.nextElementSibling?.textContent ?? ''
}, term)

const word = (method: string): Promise<string> => page.innerText(`tr[data-method="${method}"] .verdict-word`)

/** Compares all that is shown of the selected picture. */
async function compare(file: File, want: Examined): Promise<void> {
  await settled(page, file.name, want.recipe)
  const opened = (await native.call({ op: 'open', key: 2 }, file.buffer)).answer as Opened
  assert.equal(await fact('Original'), opened.pdq)
  assert.equal(await fact('Copy'), want.views[0]!.pdq, want.recipe)
  const inverted = flips(opened.pdq, want.views[0]!.pdq)
  assert.match(await fact('Inverted'), new RegExp(`^${inverted.length} of 256`))
  const token = new Set(byFrequency.slice(0, want.schemes[1]!.probes[0] ? Number(/bits=(\d+)/.exec(want.schemes[1]!.text)![1]) : 0))
  assert.match(await fact('In the token'), new RegExp(`^${inverted.filter(k => token.has(k)).length} of ${token.size}`))
  for (const [i, name] of ['exact', 'balanced', 'wide'].entries()) {
    assert.equal(await word(name), want.schemes[i]!.entries.includes(0) ? 'yes' : 'no', `${name}, ${want.recipe}`)
  }
  assert.equal(await word('PDQ ≤ 31'), want.own <= 31 ? 'yes' : 'no')
  assert.match(await page.innerText('tr[data-method="PDQ ≤ 31"]'), new RegExp(`\\b${want.own} of 256`))
  // Every probe of the scheme that is shown, token by token.
  const shown = await page.$$eval('.probe', all => all.map(e => ({ title: (e as HTMLElement).title, hit: e.classList.contains('hit') && !e.classList.contains('other') })))
  const probes = want.schemes[1]!.probes
  assert.equal(shown.length, probes.length)
  const byToken = new Map(shown.map(s => [/token ([0-9a-f]+)$/.exec(s.title)![1]!, s]))
  for (const p of probes) {
    const s = byToken.get(p.token)
    assert.ok(s, `${want.recipe}: the token ${p.token} is missing`)
    assert.equal(s.hit, p.entries.includes(0))
    assert.match(s.title, p.flips.length ? new RegExp(`bits ${p.flips.join(', ')} inverted`) : /nothing inverted/)
  }
}

it('bits, probes and verdicts are those of the native code', async () => {
  await give(page, files)
  assert.equal(await page.locator('.picture').count(), files.length)
  for (const [i, file] of files.slice(0, 3).entries()) {
    await page.locator('.picture').nth(i).click()
    for (const name of ['noise-10', 'rotation-1', 'text-5%', 'crop-2%']) {
      await page.selectOption('#preset', name)
      await compare(file, await expected(file, { name }))
    }
  }
})

it('sliders and fields make recipes, in order', async () => {
  await page.locator('.picture').nth(0).click()
  await page.selectOption('#preset', '')
  await settled(page, files[0]!.name, '')
  assert.equal(await word('exact'), 'yes')
  await page.selectOption('#add', 'jpeg')
  await page.locator('#steps input[type=range]').fill('12')
  await compare(files[0]!, await expected(files[0]!, { recipe: 'jpeg:12' }))
  await page.selectOption('#add', 'gamma')
  await page.locator('#steps li').nth(1).locator('input[type=number]').fill('1.37')
  await compare(files[0]!, await expected(files[0]!, { recipe: 'jpeg:12,gamma:1.37' }))
  await page.getByRole('button', { name: 'Later: JPEG quality' }).click()
  await compare(files[0]!, await expected(files[0]!, { recipe: 'gamma:1.37,jpeg:12' }))
  // By the keyboard alone.
  await page.locator('#steps li').nth(0).locator('input[type=range]').focus()
  await page.keyboard.press('ArrowRight')
  await compare(files[0]!, await expected(files[0]!, { recipe: 'gamma:1.38,jpeg:12' }))
  await page.locator('#steps li').nth(1).locator('input[type=number]').fill('400')
  assert.equal(await page.locator('#steps li').nth(1).locator('input:invalid').count(), 1)
  await page.getByRole('button', { name: 'Remove: Gamma' }).click()
  await compare(files[0]!, await expected(files[0]!, { recipe: 'jpeg:12' }))
})

it('a scheme typed by hand is used, and a wrong one says what is wrong', async () => {
  await page.fill('#scheme', 'lowest-frequency bits=40 probes=as-is:6')
  await page.waitForSelector('tr[data-method="yours"]')
  assert.match(await page.innerText('#scheme-error'), /6 probes of 40 bits/)
  assert.equal(await page.locator('.probe').count(), 6)
  await page.fill('#scheme', 'lowest-frequency bits=40 probes=pad-999:6')
  await page.waitForSelector('#scheme-error[data-bad]')
  assert.match(await page.innerText('#scheme-error'), /pad-999.*250/)
  await page.fill('#scheme', '')
  await page.waitForFunction(() => !document.querySelector('tr[data-method="yours"]'))
})

it('a picture that is none is named, and the rest goes on', async () => {
  const before = await page.locator('.picture').count()
  const broken = [
    { name: 'nonsense.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('this is no picture') },
    { name: 'cut.jpg', mimeType: 'image/jpeg', buffer: files[1]!.buffer.subarray(0, 700) },
    { name: 'empty.png', mimeType: 'image/png', buffer: Buffer.alloc(0) },
  ]
  await page.setInputFiles('#files', [...broken, { ...files[0]!, name: 'again.jpeg' }])
  await page.waitForFunction(n => document.querySelectorAll('.picture:not(:disabled)').length === n, before + 1)
  await page.waitForSelector('#broken li >> nth=2')
  const texts = (await page.locator('#broken li').allInnerTexts()).join('\n')
  assert.match(texts, /nonsense\.jpg Not a JPEG/)
  assert.match(texts, /cut\.jpg .*cut off/i)
  assert.match(texts, /empty\.png Input is empty/)
  // The same picture twice is the nearest pair of all.
  assert.match(await page.innerText('#pairs'), /^0 bits apart/)
  await page.getByRole('button', { name: 'Remove again.jpeg' }).click()
  await page.waitForFunction(n => document.querySelectorAll('.picture').length === n, before)
})

it('a list of hashes is part of the set', async () => {
  const want = await expected(files[0]!, { recipe: 'jpeg:12' })
  await settled(page, files[0]!.name, 'jpeg:12')
  // An entry that the copy is as it is: every scheme takes the copy for it.
  await page.setInputFiles('#list-file', { name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from(`# a list\n${want.views[0]!.pdq}\nbroken\n`) })
  await page.waitForSelector('#lists li')
  assert.match(await page.innerText('#lists'), /list\.txt/)
  await page.waitForFunction(() => /list\.txt, entry 1/.test(document.querySelector('tr[data-method="exact"]')?.textContent ?? ''))
  await page.setInputFiles('#list-file', { name: 'bad.txt', mimeType: 'text/plain', buffer: Buffer.from('{}') })
  await page.waitForSelector('#problem:not([hidden])')
  assert.match(await page.innerText('#problem'), /bad\.txt is not used/)
  await page.getByRole('button', { name: 'Remove the list list.txt' }).click()
  await page.waitForFunction(() => document.querySelectorAll('#lists li').length === 0)
})

it('many pictures: what is counted is what the native code counts, and can be saved', async () => {
  await page.uncheck('#groups input[value="messenger"]')
  await page.uncheck('#groups input[value="recode"]')
  await page.check('#groups input[value="tone"]')
  await page.click('#run')
  await page.waitForSelector('html[data-measured="complete"]', { timeout: 240_000 })
  const download = page.waitForEvent('download')
  await page.click('#export-csv')
  const lines = readFileSync(await (await download).path(), 'utf8').trim().split('\r\n').map(l => l.split(','))
  const listed: File[] = []
  for (const f of files) {
    if (((await native.call({ op: 'open', key: 1 }, f.buffer)).answer as Opened).quality >= 50) listed.push(f)
  }
  for (const name of ['gamma-1.25', 'contrast-0.85']) {
    const found = { exact: 0, balanced: 0, wide: 0, 'PDQ ≤ 31': 0 }
    for (const f of listed) {
      const e = await expected(f, { name })
      ;(['exact', 'balanced', 'wide'] as const).forEach((m, i) => { if (e.schemes[i]!.entries.includes(0)) found[m]++ })
      if (e.own >= 0 && e.own <= 31) found['PDQ ≤ 31']++
    }
    for (const [method, n] of Object.entries(found)) {
      const line = lines.find(l => l[0] === name && l[3] === method)!
      assert.deepEqual([line[5], line[6]], [String(listed.length), String(n)], `${name}, ${method}`)
      assert.ok(Number(line[8]) <= n / listed.length && n / listed.length <= Number(line[9]))
    }
  }
  const json = page.waitForEvent('download')
  await page.click('#export-json')
  const all = JSON.parse(readFileSync(await (await json).path(), 'utf8')) as { pictures: unknown[]; recall: { rows: unknown[] }; shown: Examined }
  assert.equal(all.recall.rows.length, 7)
  assert.equal(all.shown.margins.length, 256)
})

it('a sweep is plotted', async () => {
  await page.selectOption('#sweep-edit', 'crop')
  await page.fill('#sweep-from', '1')
  await page.fill('#sweep-to', '9')
  await page.fill('#sweep-steps', '3')
  await page.click('#run')
  await page.waitForSelector('html[data-measured="complete"]', { timeout: 240_000 })
  assert.equal(await page.locator('.series').count(), 8)
  assert.deepEqual(await page.locator('.recall-table tbody th').allInnerTexts(), ['crop:1', 'crop:5', 'crop:9'])
  await page.fill('#sweep-to', '999')
  await page.click('#run')
  assert.match(await page.innerText('#progress-text'), /from 0.1 to 90/)
  await page.selectOption('#sweep-edit', '')
})

it('fifty pictures: the page answers while they are measured, and measuring can be cancelled', async () => {
  const many = Array.from({ length: 50 - files.length }, (_, i) => ({ ...files[i % files.length]!, name: `copy-${i}` }))
  await page.setInputFiles('#files', many)
  await page.waitForFunction(() => document.querySelectorAll('.picture:not(:disabled)').length === 50, undefined, { timeout: 240_000 })
  await page.waitForSelector('#status[data-state="ready"]')
  for (const g of ['messenger', 'recode', 'tone', 'filter', 'small geometry', 'big geometry', 'overlay']) await page.check(`#groups input[value="${g}"]`)
  await page.click('#run')
  await page.waitForFunction(() => /^[1-9]/.test(document.querySelector('#progress-text')?.textContent ?? ''))
  // Another picture can be looked at meanwhile.
  await page.locator('.picture').nth(1).click()
  await settled(page, files[1]!.name, 'jpeg:12')
  assert.equal(await page.isVisible('#cancel'), true)
  await page.click('#cancel')
  await page.waitForSelector('html[data-measured="cancelled"]')
  assert.match(await page.innerText('#progress-text'), /^Cancelled after \d+ of 2,\d+ copies/)
  assert.ok(await page.locator('.recall-table tbody tr').count() > 1)
})

it('nothing was asked of the network since the page was loaded, and the page works without one', async () => {
  assert.deepEqual(requests.filter(url => !url.startsWith('blob:')), [])
  const workers = await page.evaluate(() => performance.getEntriesByType('resource').length)
  await browser.context.setOffline(true)
  try {
    await page.locator('.picture').nth(2).click()
    await settled(page, files[2]!.name, 'jpeg:12')
    assert.equal(await page.evaluate(() => performance.getEntriesByType('resource').length), workers)
  } finally {
    await browser.context.setOffline(false)
  }
  await page.click('#clear')
  await page.waitForFunction(() => document.querySelectorAll('.picture').length === 0)
})

it('the samples are offered, and the pages lead to each other', async () => {
  await page.click('#samples')
  await page.waitForFunction(() => document.querySelectorAll('.picture:not(:disabled)').length === 8, undefined, { timeout: 120_000 })
  assert.equal(await page.isVisible('#demo-link'), true)
  await page.click('#demo-link')
  await page.waitForSelector('#lab-link')
  await page.click('#lab-link')
  await page.waitForSelector('html[data-ready]')
  assert.match(page.url(), /\/lab\/$/)
})

for (const colorScheme of ['light', 'dark'] as const) {
  it(`on a phone, ${colorScheme}: nothing is wider than the screen`, async () => {
    const phone = await launch({ colorScheme, viewport: { width: 390, height: 844 } })
    try {
      const page = await openLab(phone, server.url)
      await give(page, files.slice(0, 3))
      await settled(page, files[0]!.name, 'scale:64,jpeg:75')
      await page.click('#run')
      await page.waitForSelector('html[data-measured="complete"]', { timeout: 240_000 })
      assert.deepEqual(await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]), [390, 390])
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g)!.map(Number).reduce((a, b) => a + b))
      assert.equal(paper < 380, colorScheme === 'dark')
      // Everything that can be used has a name.
      const nameless = await page.$$eval('button, input, select', all => all.filter(e => {
        const labelled = (e as HTMLInputElement).labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.textContent?.trim()
        return !labelled
      }).length)
      assert.equal(nameless, 0)
      phone.check()
    } finally {
      await phone.close()
    }
  })
}
