// examples/browser-min: the page runs as its README says, and its voucher is the server's to open.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../test/vectors'
import { launch, skipped } from './chromium'
import { startProcess } from './veilhash'

test('the example of one page', { skip: skipped, timeout: 180_000 }, async () => {
  const readme = readFileSync(join(root, 'examples/browser-min/README.md'), 'utf8')
  assert.match(readme, /node examples\/browser-min\/run\.mjs --port 8788/)
  const server = await startProcess(process.execPath, [join(root, 'examples/browser-min/run.mjs'), '--port', '0', '--threshold', '1', '--synthetics', '0'])
  const browser = await launch()
  try {
    const page = await browser.page()
    await page.goto(server.url)
    await page.waitForFunction(() => /^Ready/.test(document.getElementById('out')!.innerText))
    const samples = await (await fetch(new URL('samples/index.json', server.url))).json() as { name: string; inSet: boolean }[]
    for (const inSet of [true, false]) {
      const { name } = samples.find(s => s.inSet === inSet)!
      const bytes = Buffer.from(await (await fetch(new URL(`samples/${name}`, server.url))).arrayBuffer())
      const sent = page.waitForResponse(r => r.request().method() === 'POST')
      await page.setInputFiles('#file', { name, mimeType: 'image/jpeg', buffer: bytes })
      const voucher = (await sent).request().postDataBuffer()!
      // One of them; its identity is part of it (docs/protocol.md, section 6.2).
      const id = voucher.subarray(40, 56).toString('hex')
      assert.equal((await server.verdict(id)).state, inSet ? 'opened' : 'closed')
      await page.waitForFunction(() => /The server has it/.test(document.getElementById('out')!.innerText))
      await page.evaluate(() => (document.getElementById('out')!.innerText = ''))
    }
    browser.check()
  } finally {
    await browser.close()
    await server.close()
  }
})
