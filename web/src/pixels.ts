// From a file to strips of pixels. The browser's own decoder reads the file, with EXIF orientation applied, without colour
// conversion and without premultiplied alpha; an OffscreenCanvas gives out the pixels a strip at a time, so that a large
// picture never lies in WebAssembly memory. This one path agrees in Chromium and Firefox.

import type { AlarmCode } from './errors'
import { blobSource, readHeader } from './header'

/** The most pixels of a picture that is decoded: 100 megapixels take 400 MB in the browser. */
export const MAX_PIXELS = 100_000_000

/** The longest file that is read, in bytes. */
export const MAX_FILE = 256 << 20

/** Bytes of a strip, about: small enough for a cache, large enough that the calls do not count. */
const STRIP_BYTES = 1 << 20

/** What may be scanned. */
export type Source = Blob | ImageBitmap

/** A decoded picture, upright, or why there is none. */
export type Picture =
  | { ok: true; bitmap: ImageBitmap; width: number; height: number; type: string; close(): void }
  | { ok: false; reason: AlarmCode; detail?: string; type: string }

/** Decodes a file; an ImageBitmap is taken as it is. Never rejects. */
export async function decode(source: Source, maxPixels = MAX_PIXELS): Promise<Picture> {
  if (source instanceof ImageBitmap) {
    return picture(source, 'bitmap', maxPixels, false)
  }
  let type = 'unknown'
  try {
    if (source.size === 0) return { ok: false, reason: 'picture-empty', type }
    if (source.size > MAX_FILE) return { ok: false, reason: 'picture-too-large', detail: 'the file is longer than is read', type }
    const head = await readHeader(blobSource(source))
    if (head) {
      type = head.type
      if (head.width * head.height > maxPixels) return tooLarge(head.width, head.height, type)
    }
    return picture(await bitmapOf(source), type, maxPixels, true)
  } catch {
    // Whatever it was, the picture has no pixels for us. Browsers' reasons differ and say nothing that helps.
    return { ok: false, reason: 'picture-undecodable', type }
  }
}

async function bitmapOf(file: Blob): Promise<ImageBitmap> {
  const options: ImageBitmapOptions = { imageOrientation: 'from-image', colorSpaceConversion: 'none', premultiplyAlpha: 'none' }
  try {
    return await createImageBitmap(file, options)
  } catch {
    // Firefox cannot decode a Blob of several parts of which the first is a few bytes long. In one part it can.
    return createImageBitmap(new Blob([await file.arrayBuffer()], { type: file.type }), options)
  }
}

function picture(bitmap: ImageBitmap, type: string, maxPixels: number, own: boolean): Picture {
  const { width, height } = bitmap
  const close = () => {
    if (own) bitmap.close()
  }
  if (width * height > maxPixels) {
    close()
    return tooLarge(width, height, type)
  }
  // A bitmap that has been closed or transferred has no size.
  if (width === 0 || height === 0) return { ok: false, reason: 'picture-undecodable', type }
  return { ok: true, bitmap, width, height, type, close }
}

function tooLarge(width: number, height: number, type: string): Picture {
  return {
    ok: false,
    reason: 'picture-too-large',
    detail: `the picture is ${width}×${height} pixels, more than are decoded`,
    type,
  }
}

/** A 2D context that is meant to be read: its pixels stay in main memory. Opaque, so that no alpha is multiplied in and out. */
function readableContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true, colorSpace: 'srgb' })
  if (!context) throw new Error('no 2D context')
  return context
}

/** Calls `take` with strips of whole rows, RGBA over a white ground, from top to bottom. Throws if the canvas fails. */
export function* strips(bitmap: ImageBitmap): Generator<Uint8ClampedArray> {
  const { width, height } = bitmap
  const rows = Math.min(height, Math.max(1, Math.floor(STRIP_BYTES / (4 * width))))
  const context = readableContext(width, rows)
  for (let y = 0; y < height; y += rows) {
    const n = Math.min(rows, height - y)
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, n)
    context.drawImage(bitmap, 0, y, width, n, 0, 0, width, n)
    yield context.getImageData(0, 0, width, n).data
  }
}

/** How far what is read from a canvas is from what was drawn there. */
export interface Perturbation {
  /** `none`: exact; `noise`: a few levels off; `blocked`: not the picture at all. */
  level: 'none' | 'noise' | 'blocked'
  /** The mean difference a channel, in levels of 255, and the share of channels that differ. */
  mean: number
  share: number
}

const KNOWN_SIDE = 96
/** Noise against fingerprinting is a level or two on some pixels; a mean above this is another picture. */
const NOISE_MEAN = 4

/** A known picture with flat parts, slopes and detail: perturbing browsers leave flat pictures alone. */
export function knownPicture(): ImageData {
  const data = new ImageData(KNOWN_SIDE, KNOWN_SIDE)
  let seed = 1
  for (let i = 0, at = 0; i < KNOWN_SIDE * KNOWN_SIDE; i++, at += 4) {
    const x = i % KNOWN_SIDE
    const y = Math.floor(i / KNOWN_SIDE)
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    const noise = y < KNOWN_SIDE / 2 ? 0 : (seed >>> 24) & 0x3f
    data.data[at] = (x * 2 + noise) & 255
    data.data[at + 1] = (y * 2 + noise) & 255
    data.data[at + 2] = x < KNOWN_SIDE / 3 ? 128 : (x * y + noise) & 255
    data.data[at + 3] = 255
  }
  return data
}

/**
 * Draws a known picture by the same path as every other and compares what comes back. Some browsers change canvas reads on
 * purpose, to resist fingerprinting.
 */
export async function measurePerturbation(): Promise<Perturbation> {
  const known = knownPicture()
  const bitmap = await createImageBitmap(known, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' })
  try {
    let at = 0
    let sum = 0
    let differing = 0
    for (const strip of strips(bitmap)) {
      for (let i = 0; i < strip.length; i++, at++) {
        const d = Math.abs((strip[i] ?? 0) - (known.data[at] ?? 0))
        sum += d
        if (d) differing++
      }
    }
    const mean = sum / known.data.length
    const level = sum === 0 ? 'none' : mean <= NOISE_MEAN ? 'noise' : 'blocked'
    return { level, mean, share: differing / known.data.length }
  } finally {
    bitmap.close()
  }
}

/**
 * A small grey JPEG of a picture, at most `maxBytes` long: the derivative that a reviewer may see. Its long side is 128 pixels,
 * less where it does not fit. Undefined where nothing does.
 */
export async function greyThumbnail(bitmap: ImageBitmap, maxBytes: number): Promise<Uint8Array | undefined> {
  for (const side of [128, 96, 64, 32]) {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
    const width = Math.max(1, Math.round(bitmap.width * scale))
    const height = Math.max(1, Math.round(bitmap.height * scale))
    const context = readableContext(width, height)
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, height)
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, 0, 0, width, height)
    const pixels = context.getImageData(0, 0, width, height)
    toGrey(pixels.data)
    context.putImageData(pixels, 0, 0)
    for (const quality of [0.8, 0.65, 0.5, 0.35, 0.2]) {
      const blob = await context.canvas.convertToBlob({ type: 'image/jpeg', quality })
      if (blob.size <= maxBytes) return new Uint8Array(await blob.arrayBuffer())
    }
  }
  return undefined
}

function toGrey(rgba: Uint8ClampedArray): void {
  for (let i = 0; i < rgba.length; i += 4) {
    const luma = 0.299 * (rgba[i] ?? 0) + 0.587 * (rgba[i + 1] ?? 0) + 0.114 * (rgba[i + 2] ?? 0)
    rgba[i] = rgba[i + 1] = rgba[i + 2] = luma
  }
}
