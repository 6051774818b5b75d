import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blobSource, bytesSource, readHeader } from '../src/header'
import type { PictureHeader } from '../src/header'
import { Random } from './random'

const ascii = (s: string) => [...s].map(c => c.charCodeAt(0))
const be16 = (n: number) => [n >> 8, n & 255]
const le16 = (n: number) => [n & 255, n >> 8]
const be32 = (n: number) => [...be16(n >>> 16), ...be16(n & 0xffff)]
const le32 = (n: number) => [...le16(n & 0xffff), ...le16(n >>> 16)]
const le24 = (n: number) => [...le16(n & 0xffff), n >> 16]

/** A JPEG's start: SOI, the segments, then a frame header. */
function jpeg(width: number, height: number, segments: number[] = [], sof = 0xc0): number[] {
  return [0xff, 0xd8, ...segments, 0xff, sof, ...be16(11), 8, ...be16(height), ...be16(width), 1, 1, 0x11, 0]
}

/** A segment of zeros. */
const segment = (marker: number, length: number) => [0xff, marker, ...be16(length + 2), ...new Array<number>(length).fill(0)]

const samples: [string, number[], PictureHeader | undefined][] = [
  ['baseline JPEG', jpeg(640, 480), { type: 'jpeg', width: 640, height: 480 }],
  ['progressive JPEG', jpeg(640, 480, segment(0xe0, 14), 0xc2), { type: 'jpeg', width: 640, height: 480 }],
  ['JPEG with tables first', jpeg(3, 5, [...segment(0xc4, 30), ...segment(0xdb, 65), ...segment(0xcc, 2)]), { type: 'jpeg', width: 3, height: 5 }],
  ['JPEG with fill bytes', jpeg(3, 5, [0xff, 0xff, 0xff, ...segment(0xe1, 4).slice(1)]), { type: 'jpeg', width: 3, height: 5 }],
  ['JPEG with 8 profiles of 64 KiB first', jpeg(8000, 6000, new Array(8).fill(segment(0xe2, 65533)).flat()), { type: 'jpeg', width: 8000, height: 6000 }],
  ['JPEG of an unknown height', jpeg(640, 0), undefined],
  ['JPEG with pixels before its header', [0xff, 0xd8, 0xff, 0xda, 0, 2], undefined],
  ['JPEG with a segment of length 1', [0xff, 0xd8, 0xff, 0xe0, 0, 1, 0, 0, 0], undefined],
  ['PNG', [0x89, ...ascii('PNG\r\n'), 0x1a, 10, ...be32(13), ...ascii('IHDR'), ...be32(30000), ...be32(30001)], { type: 'png', width: 30000, height: 30001 }],
  ['GIF', [...ascii('GIF89a'), ...le16(65535), ...le16(2)], { type: 'gif', width: 65535, height: 2 }],
  ['extended WebP', [...ascii('RIFF'), ...le32(100), ...ascii('WEBPVP8X'), ...le32(10), 0, 0, 0, 0, ...le24(29999), ...le24(16383)], { type: 'webp', width: 30000, height: 16384 }],
  ['lossless WebP', [...ascii('RIFF'), ...le32(100), ...ascii('WEBPVP8L'), ...le32(10), 0x2f, ...le32((1233 << 14) | 4566)], { type: 'webp', width: 4567, height: 1234 }],
  ['lossy WebP', [...ascii('RIFF'), ...le32(100), ...ascii('WEBPVP8 '), ...le32(10), 0, 0, 0, 0x9d, 1, 0x2a, ...le16(800), ...le16(600)], { type: 'webp', width: 800, height: 600 }],
  ['BMP upside down', [...ascii('BM'), ...le32(0), ...le32(0), ...le32(54), ...le32(40), ...le32(20), ...le32(-30 >>> 0)], { type: 'bmp', width: 20, height: 30 }],
  ['text', ascii('this is no picture at all'), undefined],
  ['nothing', [], undefined],
]

for (const [name, bytes, want] of samples) {
  test(name, async () => {
    const data = Uint8Array.from(bytes)
    assert.deepEqual(await readHeader(bytesSource(data)), want)
    assert.deepEqual(await readHeader(blobSource(new Blob([data]))), want)
  })
}

test('a header that is cut short anywhere is no header', async () => {
  for (const [name, bytes, want] of samples) {
    // Before the last byte of the size there is none; the few bytes after it do not matter.
    const size = bytes.length - (want?.type === 'jpeg' ? 4 : 0)
    for (let n = 0; n < size; n += n < 200 ? 1 : 9973) {
      assert.equal(await readHeader(bytesSource(Uint8Array.from(bytes.slice(0, n)))), undefined, `${name}, ${n} bytes`)
    }
  }
})

test('mutated and random headers are answered within bounds', async () => {
  const random = new Random(1)
  let answered = 0
  for (let i = 0; i < 20_000; i++) {
    const [, bytes] = samples[random.below(samples.length)] ?? ['', []]
    let data = Uint8Array.from(bytes.slice(0, 400))
    for (let n = random.below(5); n > 0 && data.length > 0; n--) data[random.below(data.length)] = random.below(256)
    if (random.below(4) === 0) data = data.slice(0, random.below(data.length + 1))
    const got = await readHeader(bytesSource(data))
    if (!got) continue
    answered++
    assert.ok([got.width, got.height].every(n => Number.isInteger(n) && n > 0 && n < 2 ** 32), JSON.stringify(got))
  }
  assert.ok(answered > 1000, `only ${answered} headers read`)
})

test('a JPEG without end is given up', async () => {
  const window = new Uint8Array(1 << 16).fill(0xff)
  for (const second of [0xe0, 0xff]) { // segments of 64 KiB, or nothing but fill bytes
    let reads = 0
    const endless = {
      size: Number.MAX_SAFE_INTEGER,
      read: async () => window.with(1, reads++ === 0 ? 0xd8 : second),
    }
    assert.equal(await readHeader(endless), undefined)
    assert.ok(reads <= 1100, `${reads} reads`)
  }
})
