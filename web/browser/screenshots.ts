// Takes pictures of the demonstration page and of the laboratory, light, dark and on a phone, into web/screenshots: npm run screenshots

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../test/vectors'
import { launch } from './chromium'
import type { Browser } from './chromium'
import { give, openDemo, pressSample } from './demo-page'
import { openLab, settled } from './lab-page'
import { startServer } from './veilhash'

const out = join(root, 'web/screenshots')
await mkdir(out, { recursive: true })
const server = await startServer()
const samples = await (await fetch(new URL('samples/index.json', server.url))).json() as { name: string; inSet: boolean }[]
const member = samples.findIndex(s => s.inSet && /moon|rose/.test(s.name))
const other = samples.findIndex(s => !s.inSet && /aircraft|moon/.test(s.name))

for (const [name, colorScheme, width, height] of [
  ['light', 'light', 1360, 900],
  ['dark', 'dark', 1360, 900],
  ['tablet', 'light', 900, 1100],
  ['phone', 'light', 390, 844],
  ['phone-dark', 'dark', 390, 844],
] as const) {
  const browser = await launch({ colorScheme, viewport: { width, height }, deviceScaleFactor: width < 500 ? 2 : 1.5 })
  const page = await openDemo(browser, server)
  await page.waitForSelector('.sample')
  await page.waitForSelector('#transparency[data-state="checked"]')
  await page.locator('#transparency').screenshot({ path: join(out, `${name}-transparency.png`), animations: 'disabled' })
  const shoot = (what: string) => page.screenshot({ path: join(out, `${name}-${what}.png`), fullPage: true, animations: 'disabled' })
  await shoot('1-start')
  await pressSample(page, member, samples[member]!.name)
  await shoot('2-opened')
  await pressSample(page, other, samples[other]!.name)
  await shoot('3-closed')
  await give(page, 'holiday.jpg', Buffer.from('this is no picture'))
  await shoot('4-no-picture')
  if (width > 1000) {
    await page.route('**/v0/vouchers?*', route => route.abort())
    await page.setInputFiles('#file', { name: 'late.png', mimeType: 'image/png', buffer: Buffer.from('x') })
    await page.waitForSelector('#problem:not([hidden])')
    await shoot('5-problem')
  }
  if (name !== 'tablet') await shootLab(name, browser)
  await browser.close()
}
await server.close()
console.log(`screenshots are in ${out}`)

/** The laboratory with the samples, one of them turned, and a sweep over all of them. */
async function shootLab(name: string, browser: Browser): Promise<void> {
  const page = await openLab(browser, server.url)
  await page.click('#samples')
  await page.waitForFunction(n => document.querySelectorAll('.picture:not(:disabled)').length === n, samples.length)
  await page.waitForSelector('#status[data-state="ready"]')
  const file = samples.find(s => /aircraft/.test(s.name))!.name
  await page.getByRole('button', { name: new RegExp(`^${file}`) }).click()
  await page.selectOption('#preset', 'rotation-1')
  await settled(page, file, 'rotate:1')
  await page.selectOption('#shown-scheme', { label: 'wide' })
  await page.selectOption('#sweep-edit', 'crop')
  await page.click('#run')
  await page.waitForSelector('html[data-measured="complete"]', { timeout: 240_000 })
  await page.screenshot({ path: join(out, `${name}-lab.png`), fullPage: true, animations: 'disabled' })
  if (name === 'light') await page.screenshot({ path: join(out, 'lab.png'), clip: { x: 0, y: 0, width: 1360, height: await page.locator('#many').evaluate(e => e.getBoundingClientRect().top + scrollY) }, fullPage: true, animations: 'disabled' })
  await page.close()
}
