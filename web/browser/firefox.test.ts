// A short run in Firefox, through WebDriver BiDi: the package seals, the set is stored, the voucher opens.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import puppeteer from 'puppeteer-core'
import { skipped } from './chromium'
import { opens } from './setup'
import { serveStatic } from './static'

const candidates = [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox']

test('Firefox seals vouchers that open', { skip: skipped, timeout: 180_000 }, async () => {
  const executablePath = candidates.find(c => c && existsSync(c))
  if (!executablePath) {
    throw new Error('Firefox is missing: install it with "apt-get install firefox-esr", or set FIREFOX to its path; VEILHASH_SKIP_BROWSER=1 skips these tests')
  }
  const server = await serveStatic()
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true, timeout: 120_000 })
  try {
    const page = await browser.newPage()
    await page.goto(server.url)
    await page.addScriptTag({ type: 'module', url: '/tools.js' })
    await page.waitForFunction(() => 'vh' in globalThis)
    const result = await page.evaluate(async () => {
      const scanner = await vh.start()
      const seal = async (blob: Blob) => {
        const { voucher, report } = await vh.seal(scanner, blob)
        return {
          voucher: vh.hex(voucher), alarms: report.alarms.map(a => a.code), real: report.probes.filter(p => p.real).length, pdq: report.pdq,
          size: `${report.width}×${report.height}`,
        }
      }
      const jpeg = await vh.picture(2, 260, 200, 'image/jpeg', 0.9)
      const result = {
        member: await seal(await vh.picture(1, 300, 200, 'image/jpeg', 0.8)),
        stranger: await seal(await vh.picture(99, 300, 200)),
        turned: await seal(await vh.oriented(jpeg, 6)),
        none: await seal(new Blob(['no picture'])),
        empty: await seal(new Blob([])),
        store: scanner.set.store,
      }
      scanner.close()
      // A second start finds the set on the device.
      const again = await vh.start()
      again.close()
      return result
    })
    assert.equal(opens(result.member.voucher), true)
    assert.deepEqual(result.member.alarms, [])
    assert.equal(opens(result.stranger.voucher), false)
    assert.equal(result.turned.size, '200×260')
    assert.deepEqual(result.none.alarms, ['picture-undecodable'])
    assert.deepEqual(result.empty.alarms, ['picture-empty'])
    assert.equal(result.none.voucher.length, result.member.voucher.length)
    assert.equal(result.store, 'opfs')
    assert.equal(server.requests.filter(p => p.endsWith('.shard')).length, 1)
  } finally {
    await browser.close()
    await server.close()
  }
})
