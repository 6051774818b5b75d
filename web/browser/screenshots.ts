// Takes pictures of the demonstration page, light, dark and on a phone, into web/screenshots: npm run screenshots

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../test/vectors'
import { launch } from './chromium'
import { give, openDemo, pressSample } from './demo-page'
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
  await browser.close()
}
await server.close()
console.log(`screenshots are in ${out}`)
