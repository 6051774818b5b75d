// A server that serves other code than was published is noticed: by the browser where the page has integrity attributes, by the package where it loads files itself, and by
// comparison with the log for what is left.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import puppeteer from 'puppeteer-core'
import { root } from '../test/vectors'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { toolPage } from './setup'
import { goldenFiles, send, serveStatic } from './static'
import type { Static } from './static'

let browser: Browser
let server: Static

before(async () => {
  if (skipped) return
  server = await serveStatic()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const it = (name: string, f: () => Promise<void>) => test(name, { skip: skipped, timeout: 180_000 }, f)
const dist = (name: string) => readFile(join(root, 'web/dist', name))

/** Serves a script that says that it ran, and then does what it always did. */
async function tamper(...names: string[]): Promise<void> {
  const altered = new Map<string, Buffer>()
  for (const name of names) {
    altered.set(`/${name}`, Buffer.concat([Buffer.from('globalThis.tampered = true;'), await dist(name)]))
  }
  server.handler = (path, request, response) => {
    const bytes = altered.get(path)
    if (!bytes) return false
    send(request, response, path.endsWith('.css') ? 'text/css' : 'text/javascript', bytes)
    return true
  }
}

/** What the package makes of an altered file, with its bytes still those of a valid one. */
async function serveAltered(name: string, alter: (bytes: Buffer) => Buffer): Promise<void> {
  const altered = alter(await dist(name))
  server.handler = (path, request, response) => {
    if (path !== `/${name}`) return false
    send(request, response, name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript', altered)
    return true
  }
}

// A custom section named "x" behind the rest: the module means the same.
const section = (bytes: Buffer): Buffer => Buffer.concat([bytes, Uint8Array.of(0, 3, 1, 0x78, 0)])
const comment = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.from('\n// another\n')])

/** What a page did within a moment of having loaded. */
interface Loaded {
  tampered: boolean
  began: boolean
  styled: boolean
}

/** Runs in the page. The demonstration's status changes when its script has run; without its server it says that it is not ready. */
const loaded = async (): Promise<Loaded> => {
  for (let i = 0; i < 100 && document.getElementById('status')!.dataset.state === 'busy'; i++) await new Promise(r => setTimeout(r, 20))
  return {
    tampered: 'tampered' in globalThis,
    began: document.getElementById('status')!.dataset.state !== 'busy',
    styled: [...document.styleSheets].some(s => s.cssRules.length > 0),
  }
}

for (const { name, load } of [
  { name: 'Chromium', load: inChromium },
  { name: 'Firefox', load: inFirefox },
]) {
  it(`${name} runs no altered script of a page and uses no altered style`, async () => {
    const seen: Record<string, Loaded> = {}
    for (const altered of ['', 'demo.js', 'style.css']) {
      await tamper(...(altered ? [altered] : []))
      seen[altered] = await load(`${server.url}index.html`)
    }
    server.handler = () => false
    assert.deepEqual(seen, {
      '': { tampered: false, began: true, styled: true },
      'demo.js': { tampered: false, began: false, styled: true },
      'style.css': { tampered: false, began: true, styled: false },
    })
  })
}

async function inChromium(url: string): Promise<Loaded> {
  const { context } = browser
  const page = await context.newPage() // it will complain
  await page.goto(url)
  const result = await page.evaluate(loaded)
  await page.close()
  return result
}

async function inFirefox(url: string): Promise<Loaded> {
  const executablePath = [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(c => c && existsSync(c))
  if (!executablePath) throw new Error('Firefox is missing: install it with "apt-get install firefox-esr", or set FIREFOX to its path')
  const firefox = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true, timeout: 120_000 })
  try {
    const page = await firefox.newPage()
    await page.goto(url)
    return await page.evaluate(loaded)
  } finally {
    await firefox.close()
  }
}

it('the package refuses altered WebAssembly and an altered worker, and nothing of them runs', async () => {
  const page = await toolPage(browser, server)
  const outcome = () => page.evaluate(async () => {
    const account = await vh.createAccount({ wasmURL: '/scanner.wasm' }).catch(() => '')
    try {
      const scanner = await vh.createScanner({ wasmURL: '/scanner.wasm', setURL: '/set/', account })
      scanner.close()
      return 'resolved'
    } catch (err) {
      return `${(err as { code: string }).code} ${(err as Error).message}`
    }
  })
  assert.equal(await outcome(), 'resolved')
  for (const [name, alter] of [['scanner.wasm', section], ['veilhash-worker.js', comment]] as const) {
    await serveAltered(name, alter)
    assert.match(await outcome(), new RegExp(`^code-digest veilhash: ${name.replace('.', '\\.')} is not the file that belongs to this code`))
    server.handler = () => false
    assert.equal(await outcome(), 'resolved')
  }

  await serveAltered('transfer.wasm', section)
  const transfer = () => page.evaluate(async () => vh.outcome(
    vh.exportAccount(await vh.createAccount({ wasmURL: '/scanner.wasm' }), 'six random words or so', { wasmURL: '/transfer.wasm' })))
  assert.equal(await transfer(), 'code-digest')
  server.handler = () => false
  assert.equal(await transfer(), 'resolved')
  browser.check()
})

it('a server that answers the worker\'s own request otherwise has no chance to', async () => {
  // The first answer is what was published; a worker that was fetched again, by its address, would be another.
  let asked = 0
  const published = await dist('veilhash-worker.js')
  server.handler = (path, request, response) => {
    if (path !== '/veilhash-worker.js') return false
    asked++
    send(request, response, 'text/javascript', asked === 1 ? published : comment(published))
    return true
  }
  const page = await toolPage(browser, server)
  assert.equal(await page.evaluate(async () => {
    const scanner = await vh.start()
    await vh.seal(scanner, await vh.picture(1, 300, 200))
    scanner.close()
    return 'sealed'
  }), 'sealed')
  assert.equal(asked, 1)
  server.handler = () => false
  browser.check()
})

it('under a policy the running code is compared with the log\'s, and release verify asks from outside', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'veilhash-code-'))
  try {
    const set = join(dir, 'set')
    const release = join(dir, 'release')
    await mkdir(set)
    await mkdir(release)
    for (const [name, bytes] of goldenFiles()) await writeFile(join(set, name), bytes)
    for (const name of ['veilhash.js', 'veilhash-worker.js', 'scanner.wasm']) await copyFile(join(root, 'web/dist', name), join(release, name))
    await copyFile(join(root, 'web/.build/page/tools.js'), join(release, 'tools.js'))
    const run = (...args: string[]) => veilhash(dir, ...args)
    const key = (await run('log', 'key', 'example.org/sets', 'log.key')).stdout.trim()
    await run('log', 'init', '--key', 'log.key', 'log')
    const policy = (await run('log', 'policy', '--log', key, '--quorum', '0', '--kinds', 'derivative,media-key', '--min-threshold', '1', '--min-token-bits', '48')).stdout
    await writeFile(join(dir, 'policy'), policy)
    await run('log', 'append', '--key', 'log.key', '--policy', 'policy', '--set', 'set', '--release', 'release', 'log')
    server.set.set('manifest.tlog-proof', await readFile(join(set, 'manifest.tlog-proof')))

    const code = async () => {
      const page = await toolPage(browser, server)
      const found = await page.evaluate(async policy => {
        const scanner = await vh.start({ policy })
        const { transparency } = scanner.set
        scanner.close()
        const direct = await vh.start({ policy, worker: false })
        const inline = direct.set.transparency!.code!
        direct.close()
        return { code: transparency!.code!, logged: transparency!.files.length, inline }
      }, policy)
      await page.close()
      return found
    }
    const names = (c: { files: { name: string; state: string }[] }) => c.files.map(f => `${f.name} ${f.state}`)
    const good = await code()
    assert.deepEqual(names(good.code), ['scanner.wasm logged', 'tools.js logged', 'veilhash-worker.js logged', 'veilhash.js logged'])
    assert.equal(good.code.match, true)
    assert.equal(good.logged, 4)
    assert.deepEqual(names(good.inline), ['scanner.wasm logged', 'tools.js logged', 'veilhash.js logged'])
    assert.equal((await run('release', 'verify', '--log', 'log', '--policy', 'policy', server.url)).code, 0)

    // The page has no integrity attributes here, so another module runs: it tells on itself as long as it is not written to lie.
    await serveAltered('veilhash.js', comment)
    const bad = await code()
    assert.deepEqual(names(bad.code), ['scanner.wasm logged', 'tools.js logged', 'veilhash-worker.js logged', 'veilhash.js differs'])
    assert.equal(bad.code.match, false)
    // From outside nothing has to be believed.
    const verdict = await run('release', 'verify', '--log', 'log', '--policy', 'policy', server.url)
    assert.equal(verdict.code, 4)
    assert.match(verdict.stderr, /veilhash\.js: the log has another/)
  } finally {
    server.handler = () => false
    await rm(dir, { recursive: true, force: true })
  }
  browser.check()
})

/** Runs the command in a folder. */
function veilhash(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = process.env.VEILHASH ?? join(root, 'bin/veilhash')
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd }, (err, stdout, stderr) => {
      const code = err ? err.code : 0
      if (typeof code !== 'number') return reject(err)
      if (code !== 0 && args[1] !== 'verify') return reject(new Error(`veilhash ${args.join(' ')}: ${code}\n${stderr}`))
      resolve({ code, stdout, stderr })
    })
  })
}
