// Runs in the page under test: the package as an application imports it, and ways to make pictures.

import { createAccount, createScanner, exportAccount, loadScanner, VeilhashError } from '@veilhash/web'
import type { Report, Scanner, ScannerOptions, SealOptions, Source } from '@veilhash/web'
import { synthetic } from '../../test/synthetic'

export const binding = { account: 'alice', message: 'message 1' }

let account: string | undefined

/** A scanner for the test server's set. */
async function start(options: Partial<ScannerOptions> = {}): Promise<Scanner> {
  account ??= await createAccount({ wasmURL: '/scanner.wasm' })
  return createScanner({ wasmURL: '/scanner.wasm', setURL: '/set/', account, ...options } as ScannerOptions)
}

/** Seals a picture on its own: one voucher, and as if it had never been sent. */
async function seal(scanner: Scanner, source: Source, options: SealOptions = {}): Promise<{ voucher: Uint8Array; report: Report }> {
  const { vouchers, receipt, report } = await scanner.seal(source, binding, options)
  await scanner.abandon(receipt)
  if (vouchers.length !== 1) throw new Error(`${vouchers.length} vouchers`)
  return { voucher: vouchers[0]!, report }
}

/** Draws one of the golden set's pictures as a canvas. */
function canvasOf(seed: number, width: number, height: number): OffscreenCanvas {
  const p = synthetic(seed, width, height)
  const canvas = new OffscreenCanvas(width, height)
  canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(p.rgba), width, height), 0, 0)
  return canvas
}

/** One of the golden set's pictures as a file. */
function picture(seed: number, width: number, height: number, type = 'image/png', quality = 0.9): Promise<Blob> {
  return canvasOf(seed, width, height).convertToBlob({ type, quality })
}

/** Puts an EXIF orientation into a JPEG: an APP1 segment right behind the start (Exif 2.3, section 4.5.4). */
async function oriented(jpeg: Blob, orientation: number): Promise<Blob> {
  const exif = [0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0,
    0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
  const bytes = new Uint8Array(await jpeg.arrayBuffer())
  return new Blob([bytes.slice(0, 2), Uint8Array.from(exif), bytes.slice(2)], { type: 'image/jpeg' })
}

/** Bits in which two hashes in hex differ. */
function distance(a: string, b: string): number {
  let n = 0
  for (let x = BigInt('0x' + a) ^ BigInt('0x' + b); x > 0n; x >>= 1n) n += Number(x & 1n)
  return n
}

/** The SHA-256 of a file, for the option `digests`. */
async function digest(url: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', await (await fetch(url)).arrayBuffer())))
}

/** A voucher as hex, to hand to the test. */
const hex = (bytes: Uint8Array): string => [...bytes].map(b => b.toString(16).padStart(2, '0')).join('')

/** The code that a promise rejects with, or `resolved`. */
async function outcome(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'resolved'
  } catch (err) {
    return err instanceof VeilhashError ? err.code : `not a VeilhashError: ${String(err)}`
  }
}

export const tools = { createAccount, createScanner, exportAccount, loadScanner, start, digest, seal, binding, canvasOf, picture, oriented, distance, hex, outcome }
declare global {
  // eslint-disable-next-line no-var
  var vh: typeof tools
}
globalThis.vh = tools
