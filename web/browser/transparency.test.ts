// Who answers for the set, on the demonstration page: what the panel says, whether its commands work as they stand, and what the page shows of sets that its policy refuses.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Evidence } from '../src/trust'
import { curators, endorsementsOf, log, manifestOf, now, Party, policy, witnesses, World } from '../test/trust-world'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { openDemo } from './demo-page'
import { serveStatic } from './static'
import type { Static } from './static'
import { startServer } from './veilhash'
import type { RealServer } from './veilhash'

let browser: Browser
let real: RealServer

before(async () => {
  if (skipped) return
  browser = await launch()
  real = await startServer()
})
after(async () => {
  await browser?.close()
  await real?.close()
})

const it = (name: string, f: () => Promise<void>) => test(name, { skip: skipped, timeout: 180_000 }, async () => {
  await f()
  browser.check()
})

const commands = (page: Page): Promise<string[]> => page.locator('#checks code').allInnerTexts()

it('the panel says which set, who speaks for it, and what the policy asks for', async () => {
  const page = await openDemo(browser, real)
  assert.equal(await page.getAttribute('#transparency', 'data-state'), 'checked')
  const { set } = await real.status()
  const facts = await page.innerText('#set-facts')
  assert.match(facts, new RegExp(`Identity\\s+${set}\\s+Epoch\\s+1\\s+Entries\\s+room for [\\d,]+, in one table of \\d+ kB\\s+In force since\\s+\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC`))
  const voices = await page.locator('#voices li').allInnerTexts()
  assert.equal(voices.length, 5)
  for (const [i, want] of [/^curator-a\.example .*signed/, /^curator-b\.example .*signed/, /^demo\.example\/[0-9a-f]{8} is the public log: its last entry, of 1, /, /^witness\.example saw/, /^Without newer word/].entries()) {
    assert.match(voices[i]!, want)
  }
  const floors = Object.fromEntries(await page.locator('#floors tr').evaluateAll(rows => rows.map(r => [r.children[0]!.textContent, `${r.children[1]!.textContent}: ${r.children[2]!.textContent}`])))
  assert.deepEqual({ ...floors, 'Bits to spare against chance': '', 'Age of their word': '' }, {
    'Matches before anything opens': '2 or more: 2',
    'Synthetic vouchers a period': '2 or more: 2',
    'Bits of a token': '64 or more: 68',
    'Bits to spare against chance': '',
    'What a voucher may carry': 'derivative: derivative',
    'Curators who recognise an entry': '2 or more: 2',
    'Curators who signed': '2 of 2 known: 2',
    'Witnesses': '1 of 1 known: 1',
    'Age of their word': '',
  })
  assert.match(floors['Bits to spare against chance']!, /^40 or more: 5\d$/)
  assert.match(floors['Age of their word']!, /^24 hours at most: (under a minute|\d+ minutes?)$/)
  const files = await page.locator('#code-files li').allInnerTexts()
  for (const name of ['demo.js', 'index.html', 'scanner.wasm', 'style.css', 'veilhash-worker.js', 'veilhash.js']) {
    assert.ok(files.some(f => new RegExp(`^${name.replaceAll('.', '\\.')}\\s+[0-9a-f]{64}`).test(f)), name)
  }
  assert.equal(await page.getAttribute('#code-card', 'data-state'), 'logged')
  const running = await page.locator('#code-files li[data-state="logged"] .name').allInnerTexts()
  for (const name of ['demo.js', 'scanner.wasm', 'style.css', 'veilhash-worker.js']) assert.ok(running.includes(name), `${name} runs, and is not ticked`)
  assert.equal(await page.innerText('#code-running'), `${running.length} of them run here, and are the same.`)
  await page.close()
})

it('the commands work as they stand', async () => {
  const page = await openDemo(browser, real)
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(real.url).origin })
  const lines = await commands(page)
  assert.equal(lines.length, 5)
  const copied: string[] = []
  for (let i = 0; i < lines.length; i++) {
    await page.locator('#checks button').nth(i).click()
    await page.waitForFunction(i => document.querySelectorAll('#checks button')[i]!.textContent === 'Copied', i)
    copied.push(await page.evaluate(() => navigator.clipboard.readText()))
  }
  assert.deepEqual(copied, lines)
  const dir = await mkdtemp(join(tmpdir(), 'veilhash-check-'))
  try {
    const said = [
      /may be used under this policy[^]*Endorsed by curator-a\.example, curator-b\.example/,
      /^ok\n[^]*endorsed by\s+curator-a\.example, curator-b\.example/,
      /^ok\n[^]*entries\s+1\nnew\s+1/,
      /^ok\nAll \d+ files that are served are those of the latest entry, of 1/,
    ]
    for (const [i, want] of said.entries()) {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', copied[i]!], { cwd: dir, encoding: 'utf8' })
      assert.equal(status, 0, `${copied[i]}\n${stderr}`)
      assert.match(stdout, want)
    }
    // The last one builds from source, which scripts/release.sh does in every test run.
    assert.match(copied[4]!, new RegExp(` release verify --source \\. ${real.url}$`))
  } finally {
    await rm(dir, { recursive: true })
  }
  await page.close()
})

it('a demonstration that is started anew, with new keys, is as good as the first', async () => {
  const first = await startServer()
  const page = await openDemo(browser, first)
  const before = await page.innerText('#set-facts')
  await page.close()
  await first.close()
  const second = await startServer('--port', new URL(first.url).port)
  try {
    assert.equal(second.url, first.url)
    const again = await openDemo(browser, second)
    assert.notEqual(await again.innerText('#set-facts'), before)
    assert.deepEqual(await again.locator('#alarms li').allInnerTexts(), [])
    await again.close()
  } finally {
    await second.close()
  }
})

it('without a policy the panel says that nobody was asked', async () => {
  const page = await browser.page()
  await page.route('**/trust/policy', route => route.fulfill({ status: 404 }))
  await page.goto(real.url)
  await page.waitForSelector('html[data-ready]')
  assert.equal(await page.getAttribute('#transparency', 'data-state'), 'none')
  assert.match(await page.innerText('#transparency-lead'), /the operator alone answers for the set/)
  assert.equal(await page.isVisible('#checks'), false)
  await page.close()
})

/** What a server hands out: a set, what speaks for it, and the policy of the application. */
interface Offer {
  manifest: string
  evidence: Evidence
  policy?: string
  world: World
}

/** A good set in a log of its own. */
function good(epoch = 3, options: Parameters<World['evidence']>[1] = {}): Offer {
  const world = new World()
  const manifest = manifestOf(epoch)
  world.activate(manifest)
  return { manifest, evidence: world.evidence(manifest, options), world }
}

/** Serves what is offered beside the demonstration's page, each time at an origin of its own. */
async function serving(f: (server: Static, offer: (o: Offer) => void) => Promise<void>): Promise<void> {
  const server = await serveStatic()
  const utf8 = new TextEncoder()
  try {
    await f(server, o => {
      for (const [name, text] of [['manifest', o.manifest], ['endorsements', o.evidence.endorsements], ['manifest.tlog-proof', o.evidence.proof]] as const) {
        if (text) server.set.set(name, utf8.encode(text))
        else server.set.delete(name)
      }
      server.handler = (path, _, response) => {
        const text = { '/trust/policy': o.policy ?? policy(), '/trust/index.json': '{"command":"veilhash"}' }[path]
        const body = text === undefined ? o.world.tile(path) : utf8.encode(text)
        if (body) response.writeHead(200).end(body)
        return body !== undefined
      }
    })
  } finally {
    await server.close()
  }
}

/** Loads the demonstration, and waits until it is ready or says why not. */
async function visit(server: Static): Promise<Page> {
  const page = await browser.page()
  await page.goto(`${server.url}index.html`)
  await page.waitForSelector('html[data-ready], #problem:not([hidden])')
  return page
}

const codeOf = (page: Page): Promise<string> => page.locator('#problem-code').evaluate(e => e.textContent ?? '')

it('each thing that the policy refuses is said on the page, and nothing is scanned', async () => {
  const stranger = new Party('log.example', 1)
  const other = manifestOf(4)
  const cases: [name: string, code: string, says: RegExp, offer: Offer][] = [
    ['nothing is wrong', '', /^$/, good()],
    ['the log\'s key is another', 'policy-log', /latest entry of the public log is not this set/, { ...good(), policy: policy({ [log.key]: stranger.key }) }],
    ['too few witnesses', 'policy-witnesses', /Too few of the witnesses/, good(3, { cosigned: witnesses.slice(1) })],
    ['no witness', 'policy-witnesses', /Too few of the witnesses/, good(3, { cosigned: [] })],
    ['a lower require', 'policy-require', /fewer curators to recognise an entry/, { ...good(), manifest: manifestOf(3).replace('\nrequire 2\n', '\nrequire 1\n') }],
    ['too few curators', 'policy-curators', /not endorsed by enough of the curators/, good(3, { endorsed: curators.slice(1) })],
    ['no endorsement', 'policy-curators', /not endorsed by enough of the curators/, good(3, { endorsed: [] })],
    ['the threshold', 'policy-threshold', /fewer matches than the application allows/, { ...good(), policy: policy({ 'min-threshold 1': 'min-threshold 1024' }) }],
    ['synthetic vouchers', 'policy-synthetics', /fewer synthetic vouchers/, { ...good(), policy: policy({ 'min-synthetics 0': 'min-synthetics 1' }) }],
    ['bits of a token', 'policy-bits', /tokens are shorter/, { ...good(), policy: policy({ 'min-token-bits 48': 'min-token-bits 256' }) }],
    ['the margin to chance', 'policy-margin', /more by chance/, { ...good(), policy: policy({ 'min-margin-bits 32': 'min-margin-bits 256' }) }],
    ['the kind of payload', 'policy-kinds', /kind of payload/, { ...good(), policy: policy({ 'kinds derivative,media-key': 'kinds none' }) }],
    ['a manifest in another\'s place', 'policy-curators', /not endorsed/, { ...good(), manifest: other }],
    ['a set for one person, endorsed', 'policy-log', /not this set/, { ...good(), manifest: other, evidence: { ...good().evidence, endorsements: endorsementsOf(other) } }],
    ['no proof', 'policy-proof', /no proof that the set is in the public log/, { ...good(), evidence: { ...good().evidence, proof: '' } }],
    ['a record that is too old', 'policy-stale', /too long ago/, good(3, { time: now - 25 * 3600 })],
    ['a policy that is none', 'policy', /its makers have to mend it/, { ...good(), policy: policy().replace('\nquorum', '\n quorum') }],
  ]
  for (const [name, code, says, o] of cases) {
    await serving(async (server, offer) => {
      offer(o)
      const page = await visit(server)
      assert.equal(await codeOf(page), code, name)
      assert.match(await page.innerText('#problem-text'), says, name)
      assert.equal(await page.isVisible('#transparency'), code === '', name)
      assert.equal(await page.getAttribute('#status', 'data-state'), code === '' ? 'ready' : 'failed', name)
      assert.equal(server.requests.some(p => p.endsWith('.shard')), code === '', `${name}: whether the set was downloaded`)
      if (code !== '') {
        await page.setInputFiles('#file', { name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('x') })
        await page.waitForFunction(() => document.getElementById('problem-title')!.textContent === 'Not ready yet.')
        assert.equal(server.requests.some(p => p.startsWith('/v0/vouchers')), false, name)
      }
      await page.close()
    })
  }
})

it('an older set is refused over reloads', async () => {
  await serving(async (server, offer) => {
    const world = new World()
    const third = manifestOf(3)
    world.activate(third)
    const early = world.evidence(third) // as good as ever by itself
    const fourth = manifestOf(4)
    world.activate(fourth)
    const offers = { third: { manifest: third, evidence: early, world }, fourth: { manifest: fourth, evidence: world.evidence(fourth, { time: now - 13 * 3600 }), world } }
    const seen = async (): Promise<{ code: string; epoch: string; alarms: string[] }> => {
      const page = await visit(server)
      const epoch = await page.isVisible('#transparency') ? /Epoch\s+(\d+)/.exec(await page.innerText('#set-facts'))?.[1] ?? '' : ''
      const alarms = await page.locator('#alarms li').evaluateAll(items => items.map(i => (i as HTMLElement).dataset.code!))
      const code = await codeOf(page)
      await page.close()
      return { code, epoch, alarms: alarms.filter(a => a.startsWith('set-')) }
    }
    offer(offers.third)
    assert.deepEqual(await seen(), { code: '', epoch: '3', alarms: [] })
    offer(offers.fourth)
    assert.deepEqual(await seen(), { code: '', epoch: '4', alarms: [] })
    // The third again: the fourth, which is on this device, stays in use.
    offer(offers.third)
    assert.deepEqual(await seen(), { code: '', epoch: '4', alarms: ['set-rolled-back'] })
    // Too old to be used itself, under a stricter policy, it still keeps the third from coming back.
    const strict = policy({ 'max-age-hours 24': 'max-age-hours 12' })
    offer({ ...offers.third, policy: strict })
    assert.deepEqual(await seen(), { code: 'policy-rollback', epoch: '', alarms: [] })
    // And so is a log that was written anew.
    const fork = new World()
    for (let i = 0; i < 3; i++) fork.add(`other ${i}`)
    const fifth = manifestOf(5)
    fork.activate(fifth)
    offer({ manifest: fifth, evidence: fork.evidence(fifth), world: fork, policy: strict })
    assert.deepEqual(await seen(), { code: 'policy-fork', epoch: '', alarms: [] })
    // The log as it goes on is accepted.
    world.activate(fifth)
    offer({ manifest: fifth, evidence: world.evidence(fifth), world, policy: strict })
    assert.deepEqual(await seen(), { code: '', epoch: '5', alarms: [] })
  })
})

it('a page that stays open stops when its proof is too old', async () => {
  await serving(async (server, offer) => {
    const hour = policy({ 'max-age-hours 24': 'max-age-hours 1' })
    const time = Math.floor(Date.now() / 1000) - 3600 + 20
    offer({ ...good(3, { time }), policy: hour })
    const page = await visit(server)
    assert.equal(await codeOf(page), '')
    await page.waitForTimeout(Math.max(0, (time + 3600) * 1000 - Date.now()) + 1500)
    await page.setInputFiles('#file', { name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('x') })
    await page.waitForSelector('#problem:not([hidden])')
    assert.equal(await codeOf(page), 'policy-stale')
    assert.equal(server.requests.some(p => p.startsWith('/v0/vouchers')), false)
    // With newer word it goes on: the vouchers are sent, though this server takes none.
    const fresh = good()
    offer({ ...fresh, policy: hour })
    await page.setInputFiles('#file', { name: 'y.png', mimeType: 'image/png', buffer: Buffer.from('y') })
    await page.waitForFunction(() => document.documentElement.dataset.done === 'y.png')
    assert.equal(server.requests.some(p => p.startsWith('/v0/vouchers')), true)
    await page.close()
  })
})
