// The package in Chromium: decoding, sealing, hostile files, crashes. Vouchers are opened by the independent implementation.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { launch, skipped } from './chromium'
import type { Browser } from './chromium'
import { plainID, opens, toolPage } from './setup'
import { serveStatic } from './static'
import type { Static } from './static'

let browser: Browser
let server: Static
let page: Page

before(async () => {
  if (skipped) return
  server = await serveStatic()
  browser = await launch()
  page = await toolPage(browser, server)
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const it = (name: string, f: () => Promise<void>) => test(name, { skip: skipped, timeout: 120_000 }, async () => {
  await f()
  browser.check()
})

for (const kind of ['opfs', 'indexeddb']) {
  it(`the store in ${kind}`, async () => {
    const result = await page.evaluate(kind => new Promise<{ checks?: number; error?: string }>(resolve => {
      const worker = new Worker('/stores.js', { type: 'module' })
      worker.onmessage = e => resolve(e.data as { checks?: number })
      worker.onerror = e => resolve({ error: e.message })
      worker.postMessage(kind)
    }), kind)
    assert.equal(result.error, undefined)
    assert.ok(result.checks! > 75)
  })
}

it('pictures of the set open, in every format and edit; others do not', async () => {
  const sealed = await page.evaluate(async () => {
    const scanner = await vh.start({ payload: 'derivative' })
    const half = new OffscreenCanvas(200, 200)
    half.getContext('2d')!.drawImage(vh.canvasOf(2, 260, 260), 0, 0, 200, 200)
    const pictures: [string, Blob | ImageBitmap, boolean][] = [
      ['PNG', await vh.picture(1, 300, 200), true],
      ['JPEG of quality 75', await vh.picture(2, 260, 260, 'image/jpeg', 0.75), true],
      ['WebP', await vh.picture(3, 90, 120, 'image/webp', 0.8), true],
      ['smaller, then JPEG', await half.convertToBlob({ type: 'image/jpeg', quality: 0.7 }), true],
      ['ImageBitmap', await createImageBitmap(vh.canvasOf(1, 300, 200)), true],
      ['a stranger', await vh.picture(99, 300, 200, 'image/jpeg'), false],
    ]
    const all = []
    for (const [name, source, member] of pictures) {
      const { voucher, report } = await vh.seal(scanner, source)
      all.push({ name, member, voucher: vh.hex(voucher), report })
    }
    // An ImageBitmap stays usable.
    const bitmap = pictures[4]![1] as ImageBitmap
    const { id, store } = scanner.set
    scanner.close()
    return { all, width: bitmap.width, id, store }
  })
  assert.equal(sealed.id, plainID())
  assert.equal(sealed.store, 'opfs')
  assert.equal(sealed.width, 300)
  for (const s of sealed.all) {
    assert.equal(opens(s.voucher), s.member, s.name)
    assert.deepEqual(s.report.alarms.filter(a => a.code !== 'payload-too-small'), [], s.name)
    assert.equal(s.report.probes.filter(p => p.real).length, 16, s.name)
  }
  assert.equal(new Set(sealed.all.map(s => s.voucher.length)).size, 1)
})

it('EXIF orientation is applied, all eight', async () => {
  const distances = await page.evaluate(async () => {
    const scanner = await vh.start()
    const source = vh.canvasOf(7, 240, 160)
    const jpeg = await source.convertToBlob({ type: 'image/jpeg', quality: 0.95 })
    // What each orientation stands for: mirrored, then turned clockwise by quarters (Exif 2.3, table 4, tag 274).
    const meaning: [number, boolean, number][] = [
      [1, false, 0], [2, true, 0], [3, false, 2], [4, true, 2], [5, true, 3], [6, false, 1], [7, true, 1], [8, false, 3],
    ]
    const found: { orientation: number; turned: number; not: number; size: string }[] = []
    const pdq = async (b: Blob) => (await scanner.seal(b, vh.binding)).report
    for (const [orientation, mirrored, quarters] of meaning) {
      const [w, h] = quarters % 2 ? [160, 240] : [240, 160]
      const upright = new OffscreenCanvas(w, h)
      const c = upright.getContext('2d')!
      c.translate(w / 2, h / 2)
      c.rotate((quarters * Math.PI) / 2)
      if (mirrored) c.scale(-1, 1)
      c.drawImage(source, -120, -80)
      const got = await pdq(await vh.oriented(jpeg, orientation))
      const want = await pdq(await upright.convertToBlob())
      const plain = await pdq(jpeg)
      found.push({
        orientation, turned: vh.distance(got.pdq!, want.pdq!), not: vh.distance(got.pdq!, plain.pdq!), size: `${got.width}×${got.height}`,
      })
    }
    scanner.close()
    return found
  })
  for (const d of distances) {
    assert.ok(d.turned <= 10, `orientation ${d.orientation}: ${d.turned} bits from the upright picture`)
    if (d.orientation > 1) assert.ok(d.not > 50, `orientation ${d.orientation} looks unturned`)
    assert.equal(d.size, d.orientation > 4 ? '160×240' : '240×160')
  }
})

it('transparent pictures lie on white', async () => {
  const bits = await page.evaluate(async () => {
    const scanner = await vh.start()
    const make = async (ground: string | undefined) => {
      const canvas = new OffscreenCanvas(200, 150)
      const c = canvas.getContext('2d')!
      if (ground) {
        c.fillStyle = ground
        c.fillRect(0, 0, 200, 150)
      }
      c.globalAlpha = 0.6
      c.drawImage(vh.canvasOf(8, 100, 90), 30, 20)
      return (await scanner.seal(await canvas.convertToBlob(), vh.binding)).report.pdq!
    }
    const [none, white, black] = [await make(undefined), await make('#fff'), await make('#000')]
    scanner.close()
    return { white: vh.distance(none, white), black: vh.distance(none, black) }
  })
  assert.ok(bits.white <= 4, `${bits.white} bits from the picture on white`)
  assert.ok(bits.black > 30, `${bits.black} bits from the picture on black`)
})

it('hostile files have a voucher of dummies, of the usual length', async () => {
  const result = await page.evaluate(async () => {
    const scanner = await vh.start({ payload: 'derivative' })
    const good = await vh.seal(scanner, await vh.picture(1, 300, 200))
    const jpeg = new Uint8Array(await (await vh.picture(1, 300, 200, 'image/jpeg')).arrayBuffer())
    const png = new Uint8Array(await (await vh.picture(1, 300, 200)).arrayBuffer())
    const huge = png.slice()
    new DataView(huge.buffer).setUint32(16, 30000)
    new DataView(huge.buffer).setUint32(20, 30000)
    const hugeJPEG = jpeg.slice()
    for (let i = 2; i + 9 < hugeJPEG.length; ) {
      const marker = hugeJPEG[i + 1]!
      if (marker >= 0xc0 && marker <= 0xc2) {
        hugeJPEG.set([30000 >> 8, 30000 & 255, 30000 >> 8, 30000 & 255], i + 5)
        break
      }
      i += 2 + (hugeJPEG[i + 2]! << 8) + hugeJPEG[i + 3]!
    }
    const files: [string, BlobPart][] = [
      ['empty', new Uint8Array()],
      ['truncated in its header', jpeg.slice(0, 20)],
      ['truncated in its pixels', jpeg.slice(0, jpeg.length / 3)],
      ['corrupt', jpeg.map((b, i) => (i > 200 && i % 7 === 0 ? b ^ 0x55 : b))],
      ['corrupt PNG', png.map((b, i) => (i > 60 && i % 5 === 0 ? b ^ 0x33 : b))],
      ['30,000×30,000 PNG', huge],
      ['30,000×30,000 JPEG', hugeJPEG],
      ['text named .jpg', 'this is no picture'],
      ['one byte', new Uint8Array([0xff])],
      ['1×1', new Uint8Array(await (await vh.picture(1, 1, 1)).arrayBuffer())],
      ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
    ]
    const found = []
    for (const [name, bytes] of files) {
      const started = performance.now()
      const { voucher, report } = await vh.seal(scanner, new File([bytes], `${name}.jpg`, { type: 'image/jpeg' }))
      found.push({
        name, length: voucher.length, voucher: vh.hex(voucher), alarms: report.alarms.map(a => a.code).filter(c => c !== 'payload-too-small'),
        real: report.probes.filter(p => p.real).length, ms: performance.now() - started,
      })
    }
    scanner.close()
    return { good: good.voucher.length, found }
  })
  const want: Record<string, string> = {
    'empty': 'picture-empty',
    'truncated in its header': 'picture-undecodable',
    'corrupt PNG': 'picture-undecodable',
    '30,000×30,000 PNG': 'picture-too-large',
    '30,000×30,000 JPEG': 'picture-too-large',
    'text named .jpg': 'picture-undecodable',
    'one byte': 'picture-undecodable',
    '1×1': 'picture-quality',
    'an SVG': 'picture-undecodable',
  }
  for (const f of result.found) {
    assert.equal(f.length, result.good, f.name)
    assert.equal(opens(f.voucher), false, f.name)
    assert.ok(f.ms < 5000, `${f.name}: ${f.ms} ms`)
    const alarm = want[f.name]
    if (alarm) {
      assert.deepEqual(f.alarms, [alarm], f.name)
      assert.equal(f.real, 0, f.name)
    }
  }
  assert.equal(result.found.length, 11)
})

it('misuse of seal rejects with a code', async () => {
  const codes = await page.evaluate(async () => {
    const scanner = await vh.start({ payload: 'media-key' })
    const blob = await vh.picture(1, 30, 20)
    const closed = await createImageBitmap(blob)
    closed.close()
    const all = {
      noSource: await vh.outcome(scanner.seal('x' as never, vh.binding)),
      closedBitmap: await vh.outcome(scanner.seal(closed, vh.binding, { mediaKey: new Uint8Array(32) })),
      noBinding: await vh.outcome(scanner.seal(blob, undefined as never)),
      emptyMessage: await vh.outcome(scanner.seal(blob, { account: 'a', message: '' })),
      longMessage: await vh.outcome(scanner.seal(blob, { account: 'a', message: 'ü'.repeat(40_000) })),
      noKey: await vh.outcome(scanner.seal(blob, vh.binding)),
      badKey: await vh.outcome(scanner.seal(blob, vh.binding, { mediaKey: 'key' as never })),
      longKey: await vh.outcome(scanner.seal(blob, vh.binding, { mediaKey: new Uint8Array(300) })),
      fine: await vh.outcome(scanner.seal(blob, vh.binding, { mediaKey: new Uint8Array(32) })),
      noReceipt: await vh.outcome(scanner.acknowledge('x' as never)),
      badReceipt: await vh.outcome(scanner.abandon(new Uint8Array(17))),
      afterClose: '',
      pending: '',
    }
    const pending = vh.outcome(scanner.seal(blob, vh.binding, { mediaKey: new Uint8Array(32) }))
    scanner.close()
    all.pending = await pending
    all.afterClose = await vh.outcome(scanner.seal(blob, vh.binding, { mediaKey: new Uint8Array(32) }))
    return all
  })
  assert.deepEqual(codes, {
    noSource: 'source-invalid', closedBitmap: 'source-invalid', noBinding: 'options-invalid', emptyMessage: 'options-invalid',
    longMessage: 'options-invalid', noKey: 'options-invalid', badKey: 'options-invalid', longKey: 'payload', fine: 'resolved', noReceipt: 'sent',
    badReceipt: 'sent', afterClose: 'closed', pending: 'closed',
  })
})

it('a worker that breaks rejects what is pending, and a fresh one takes over', async () => {
  const result = await page.evaluate(async () => {
    const scanner = await vh.start({ workerURL: '/crash-worker.js', digests: { 'veilhash-worker.js': await vh.digest('/crash-worker.js') } })
    const blob = await vh.picture(1, 300, 200)
    const pending = [1, 2, 3].map(() => vh.outcome(scanner.seal(blob, vh.binding)))
    await Promise.resolve()
    const channel = new BroadcastChannel('crash')
    channel.postMessage('throw')
    const outcomes = await Promise.all(pending)
    const { voucher } = await vh.seal(scanner, blob)
    scanner.close()
    return { outcomes, voucher: vh.hex(voucher) }
  })
  assert.ok(result.outcomes.includes('crashed'), String(result.outcomes))
  assert.ok(result.outcomes.every(o => o === 'crashed' || o === 'resolved'), String(result.outcomes))
  assert.equal(opens(result.voucher), true)
})

it('a picture that breaks the scanner has a voucher of dummies, and the next one is scanned', async () => {
  const result = await page.evaluate(async () => {
    const scanner = await vh.start({ workerURL: '/crash-worker.js', digests: { 'veilhash-worker.js': await vh.digest('/crash-worker.js') } })
    const blob = await vh.picture(1, 300, 200)
    const channel = new BroadcastChannel('crash')
    const armed = new Promise(resolve => (channel.onmessage = resolve))
    channel.postMessage('trap')
    await armed
    const first = await vh.seal(scanner, blob)
    const second = await vh.seal(scanner, blob)
    scanner.close()
    return {
      first: vh.hex(first.voucher), alarms: first.report.alarms.map(a => a.code), second: vh.hex(second.voucher),
      secondAlarms: second.report.alarms.length,
    }
  })
  assert.deepEqual(result.alarms, ['scanner-crashed'])
  assert.equal(opens(result.first), false)
  assert.equal(result.first.length, result.second.length)
  assert.equal(opens(result.second), true)
  assert.equal(result.secondAlarms, 0)
})

it('what is missing at the start has its own code', async () => {
  const codes = await page.evaluate(async () => {
    const account = await vh.createAccount({ wasmURL: '/scanner.wasm' })
    const good = { wasmURL: '/scanner.wasm', setURL: '/set/', account }
    return {
      wasm: await vh.outcome(vh.createScanner({ ...good, wasmURL: '/missing.wasm' })),
      wasmNone: await vh.outcome(vh.createScanner({ ...good, wasmURL: '/tools.js' })),
      worker: await vh.outcome(vh.createScanner({ ...good, workerURL: '/missing.js' })),
      set: await vh.outcome(vh.createScanner({ ...good, setURL: '/missing/' })),
      setNone: await vh.outcome(vh.createScanner({ ...good, setURL: '/nowhere' })),
      account: await vh.outcome(vh.createScanner({ ...good, account: 'x' })),
    }
  })
  assert.deepEqual(codes, {
    wasm: 'wasm-unavailable', wasmNone: 'code-digest', worker: 'worker-unavailable', set: 'set-unreachable', setNone: 'set-unreachable',
    account: 'account',
  })
})
