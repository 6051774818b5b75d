// Pixels in Chromium: conformance with PDQ's reference, browsers that perturb canvas reads, and a page that stays responsive.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { root } from '../test/vectors'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { opens, toolPage } from './setup'
import { goldenFiles, serveStatic } from './static'
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

const it = (name: string, f: () => Promise<void>, skip: string | false = skipped) => test(name, { skip, timeout: 180_000 }, async () => {
  await f()
  browser.check()
})

const shared = process.env.VEILHASH_SHARED ?? join(root, '../shared/data')
const haveShared = existsSync(join(shared, 'pdq/manifest.csv'))
if (!haveShared && process.env.VEILHASH_REQUIRE_SHARED === '1') throw new Error(`VEILHASH_REQUIRE_SHARED=1, but there is no test data in ${shared}`)

it('PDQ of the reference\'s own pictures, decoded by the browser, is within 10 bits', async () => {
  const rows = readFileSync(join(shared, 'pdq/manifest.csv'), 'utf8').trim().split('\n').map(l => l.split(','))
  const columns = rows.shift()!
  const at = (name: string) => {
    const i = columns.findIndex(c => c.trim().toLowerCase().startsWith(name))
    assert.ok(i >= 0, `no column ${name} in ${columns.join()}`)
    return i
  }
  const [file, pdq, quality] = [at('file'), at('pdq'), at('quality')]
  server.handler = (path, _, response) => {
    if (!path.startsWith('/shared/')) return false
    response.writeHead(200).end(readFileSync(join(shared, 'pdq', path.slice(8))))
    return true
  }
  // Lists of the reference scale as it does; the golden set's hasher is the canonical one, so its manifest is changed.
  const text = new TextDecoder().decode(server.set.get('manifest')).replace('\nhasher pdq-canonical', '\nhasher pdq-cpp')
  const own = await toolPage(browser, { ...server, url: server.url.replace('127.0.0.1', 'localhost') })
  server.set.set('manifest', new TextEncoder().encode(text))
  const files = rows.map(r => r[file]!)
  const got = await own.evaluate(async files => {
    const scanner = await vh.start()
    const all: (string | undefined)[] = []
    for (const f of files) all.push((await scanner.seal(await (await fetch(`/shared/${f}`)).blob(), vh.binding)).report.pdq)
    scanner.close()
    return all
  }, files)
  await own.close()
  server.set = goldenFiles()
  let compared = 0
  let worst = 0
  rows.forEach((r, i) => {
    if (Number(r[quality]) < 80) return
    const n = distance(got[i] ?? '0', r[pdq]!)
    assert.ok(n <= 10, `${r[file]}: ${n} bits from the reference`)
    worst = Math.max(worst, n)
    compared++
  })
  assert.ok(compared >= 15, `only ${compared} pictures compared`)
  console.log(`# ${compared} pictures, at most ${worst} bits from the reference`)
}, skipped || (haveShared ? false : `no test data in ${shared}; set VEILHASH_SHARED`))

function distance(a: string, b: string): number {
  let n = 0
  for (let x = BigInt('0x' + a) ^ BigInt('0x' + b); x > 0n; x >>= 1n) n += Number(x & 1n)
  return n
}

it('a browser that perturbs canvas reads is noticed, and its pictures still match', async () => {
  const own = await toolPage(browser, server)
  const result = await own.evaluate(async () => {
    // As browsers that resist fingerprinting do: a level up or down on some channels of what is read.
    const read = OffscreenCanvasRenderingContext2D.prototype.getImageData
    let seed = 1
    const noisy = function (this: OffscreenCanvasRenderingContext2D, ...args: Parameters<typeof read>) {
      const data = read.apply(this, args)
      for (let i = 0; i < data.data.length; i++) {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
        if (seed >>> 30 === 0) data.data[i]! += (seed >>> 29) & 1 ? 1 : -1
      }
      return data
    }
    const blob = await vh.picture(1, 300, 200)
    const scan = async (getImageData: typeof read) => {
      OffscreenCanvasRenderingContext2D.prototype.getImageData = getImageData
      const scanner = await vh.start({ worker: false })
      const { voucher, report } = await vh.seal(scanner, blob)
      scanner.close()
      return { voucher: vh.hex(voucher), pdq: report.pdq, alarms: report.alarms.map(a => a.code) }
    }
    const plain = await scan(read)
    const noise = await scan(noisy)
    // And one that gives out white only.
    const white = await scan(function (this: OffscreenCanvasRenderingContext2D, ...args) {
      const data = read.apply(this, args)
      data.data.fill(255)
      return data
    })
    OffscreenCanvasRenderingContext2D.prototype.getImageData = read
    return { plain, noise, white, distance: vh.distance(plain.pdq!, noise.pdq!) }
  })
  await own.close()
  assert.deepEqual(result.plain.alarms, [])
  assert.deepEqual(result.noise.alarms, ['canvas-perturbed'])
  assert.ok(result.distance <= 6, `${result.distance} bits by noise`)
  assert.equal(opens(result.noise.voucher), true)
  assert.deepEqual(result.white.alarms, ['canvas-blocked'])
  assert.equal(result.white.pdq, undefined)
  assert.equal(result.white.voucher.length, result.plain.voucher.length)
})

it('the page stays responsive while 12 megapixels are scanned', async () => {
  const own = await toolPage(browser, server)
  const result = await own.evaluate(async () => {
    // 4000×3000, of a picture of the set made larger.
    const canvas = new OffscreenCanvas(4000, 3000)
    const c = canvas.getContext('2d')!
    c.drawImage(vh.canvasOf(5, 400, 300), 0, 0, 4000, 3000)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
    const scanner = await vh.start()
    await vh.seal(scanner, await vh.picture(1, 300, 200))
    const long: number[] = []
    const observer = new PerformanceObserver(list => long.push(...list.getEntries().map(e => e.duration)))
    observer.observe({ entryTypes: ['longtask'] })
    // How late a timer of the page comes; headless pages without a display have no frames to count.
    const gaps: number[] = []
    let last = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      gaps.push(now - last)
      last = now
    }, 4)
    const { report } = await vh.seal(scanner, blob)
    clearInterval(timer)
    observer.disconnect()
    scanner.close()
    gaps.sort((a, b) => a - b)
    return { worst: gaps.at(-1)!, usual: gaps[Math.floor(gaps.length * 0.95)]!, ticks: gaps.length, long: Math.max(0, ...long), size: [report.width, report.height], timings: report.timings, bytes: blob.size }
  })
  await own.close()
  assert.deepEqual(result.size, [4000, 3000])
  const t = Object.entries(result.timings).map(([k, v]) => `${k} ${Math.round(v)}`).join(', ')
  console.log(`# 12 megapixels: ${t} ms; gaps on the page at most ${Math.round(result.worst)} ms, 95 % of them under ${Math.round(result.usual)} ms; longest task ${Math.round(result.long)} ms`)
  assert.ok(result.long < 50, `a task of ${result.long} ms on the page's thread`)
  // Single gaps are longer where other programs share the processor; a page that waits for the scan has no ticks at all.
  assert.ok(result.ticks > 30 && result.usual < 50 && result.worst < 500, `the page stood still for ${result.worst} ms`)
})

