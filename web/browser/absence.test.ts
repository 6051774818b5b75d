// The laboratory's panel for proofs of absence, with the golden proof, in Chromium.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { goldenManifest, goldenShards, root } from '../test/vectors'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { serveStatic } from './static'
import type { Static } from './static'

let browser: Browser
let server: Static

before(async () => {
  if (skipped) return
  browser = await launch()
  server = await serveStatic()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const golden = (name: string): Buffer => readFileSync(join(root, 'sdk/testdata/vectors/absence', name))
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer })
const manifest = () => file('manifest', Buffer.from(goldenManifest()))
const shards = () => [...goldenShards()].map(([digest, bytes]) => file(`${digest}.shard`, Buffer.from(bytes)))
const proof = () => file('picture.absence', golden('picture.absence'))
const picture = () => file('picture.png', golden('picture.png'))

/** Gives the panel files and waits for its verdict. */
async function verdict(page: Page, files: ReturnType<typeof file>[]): Promise<[state: string, text: string]> {
  await page.click('#absence-clear')
  await page.setInputFiles('#absence-input', files)
  await page.waitForFunction(() => ['absent', 'refused'].includes(document.getElementById('absence-verdict')!.dataset.state!))
  return page.evaluate(() => {
    const v = document.getElementById('absence-verdict')!
    return [v.dataset.state!, v.textContent!] as [string, string]
  })
}

test('a proof of absence is checked on the page', { skip: skipped, timeout: 120_000 }, async () => {
  const page = await browser.page()
  await page.goto(new URL('lab/index.html', server.url).href)
  await page.waitForSelector('html[data-ready]')
  const loaded = server.requests.length

  assert.deepEqual(await verdict(page, [manifest(), ...shards(), proof(), picture()]), ['absent', 'Absent: this file, this set, this scheme.'])
  assert.match(await page.textContent('#absence-facts') ?? '', /Probes16Layers1/)
  assert.match(await page.textContent('#absence-covers') ?? '', /pdq-canonical +lowest-frequency bits=/)
  if (process.env.VEILHASH_SCREENSHOTS) {
    await page.locator('#absence').screenshot({ path: join(process.env.VEILHASH_SCREENSHOTS, 'absence.png') })
  }

  const flipped = (f: ReturnType<typeof file>, at: number) => file(f.name, Buffer.from(f.buffer.map((b, i) => (i === (at + f.buffer.length) % f.buffer.length ? b ^ 1 : b))))
  const another = file('picture.png', Buffer.concat([golden('picture.png'), Buffer.from([0])]))
  const cases: [string, ReturnType<typeof file>[], RegExp][] = [
    ['another file', [manifest(), ...shards(), proof(), another], /about another file/],
    ['a damaged proof', [manifest(), ...shards(), flipped(proof(), -100), picture()], /^(The proof does not hold|A value of the proof is no group element)/],
    ['another set', [file('manifest', Buffer.from(goldenManifest().replace('\nepoch 1\n', '\nepoch 2\n'))), ...shards(), proof(), picture()], /about another set/],
    ['no proof', [manifest(), ...shards(), file('x.absence', Buffer.from('text')), picture()], /no proof of version 0/],
    ['a shard that is missing', [manifest(), proof(), picture()], /is missing: choose all files of the set/],
    ['a shard that was altered', [manifest(), ...shards().map(s => flipped(s, 7)), proof(), picture()], /block digests do not agree/],
    ['a shard cut short', [manifest(), ...shards().map(s => file(s.name, s.buffer.subarray(1))), proof(), picture()], /bytes long and should be/],
    ['no picture', [manifest(), ...shards(), proof(), file('notes.txt', golden('picture.png').subarray(0, 9))], /about another file/],
  ]
  for (const [name, files, want] of cases) {
    const [state, text] = await verdict(page, files)
    assert.equal(state, 'refused', name)
    assert.match(text, want, name)
  }
  assert.equal(server.requests.length, loaded, 'the check asked the network for something')
  browser.check()
})
