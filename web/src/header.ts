// How large a picture is, from its header alone: a file of a few kilobytes can claim billions of pixels, and must be refused
// before a decoder believes it. Reads JPEG (ITU T.81, annex B), PNG (RFC 2083), GIF89a, WebP (RFC 9649) and BMP.
//
// Whatever these few lines misread costs nothing but the early refusal: the size is checked again after decoding.

/** The formats that are recognised here. A browser may decode others. */
export type PictureType = 'jpeg' | 'png' | 'gif' | 'webp' | 'bmp'

/** A picture's type and its size in pixels as the header states it, before any EXIF orientation. */
export interface PictureHeader {
  type: PictureType
  width: number
  height: number
}

/** Random access to a file. `read` gives fewer bytes than asked for only at the end. */
export interface ByteSource {
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Bytes fetched at once. Most headers lie in the first window; a JPEG's can lie behind profiles and thumbnails. */
const WINDOW = 1 << 16
/** A JPEG of more segments, or fill bytes, before its frame header is none that a camera wrote. */
const MOST_SEGMENTS = 1024

/** A Blob as a source of bytes. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  }
}

/** Bytes in memory as a source. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) }
}

/** Reads a picture's header. Undefined where the format is not known here or the header is damaged or cut short. */
export async function readHeader(source: ByteSource): Promise<PictureHeader | undefined> {
  const start = await source.read(0, WINDOW)
  const b = new DataView(start.buffer, start.byteOffset, start.byteLength)
  try {
    switch (b.getUint16(0)) {
      case 0xffd8:
        return await readJPEG(source, start)
      case 0x8950:
        return readPNG(b)
      case 0x4749:
        return readGIF(b)
      case 0x5249:
        return readWebP(b)
      case 0x424d:
        return readBMP(b)
    }
  } catch (err) {
    // A DataView says so when a header ends early; anything else is a fault.
    if (!(err instanceof RangeError)) throw err
  }
  return undefined
}

function header(type: PictureType, width: number, height: number): PictureHeader | undefined {
  return width > 0 && height > 0 ? { type, width, height } : undefined
}

async function readJPEG(source: ByteSource, first: Uint8Array): Promise<PictureHeader | undefined> {
  let window = first
  let start = 0 // of the window in the file
  let at = 2 // in the file
  const need = async (n: number): Promise<DataView> => {
    if (at + n > start + window.length && at + n <= source.size) {
      window = await source.read(at, WINDOW)
      start = at
    }
    return new DataView(window.buffer, window.byteOffset + (at - start), window.length - (at - start))
  }
  for (let i = 0; i < MOST_SEGMENTS; i++) {
    let view = await need(4)
    if (view.getUint8(0) !== 0xff) return undefined
    if (view.getUint8(1) === 0xff) {
      at++ // a fill byte before the marker
      continue
    }
    const marker = view.getUint8(1)
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2 // stands alone
      continue
    }
    if (marker === 0xd9 || marker === 0xda) return undefined // pixels or the end before any frame header
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      view = await need(9)
      return header('jpeg', view.getUint16(7), view.getUint16(5))
    }
    const length = view.getUint16(2)
    if (length < 2) return undefined
    at += 2 + length
  }
  return undefined
}

function readPNG(b: DataView): PictureHeader | undefined {
  if (b.getUint32(0) !== 0x89504e47 || b.getUint32(4) !== 0x0d0a1a0a || b.getUint32(12) !== 0x49484452) return undefined
  return header('png', b.getUint32(16), b.getUint32(20))
}

function readGIF(b: DataView): PictureHeader | undefined {
  if (b.getUint32(0) !== 0x47494638) return undefined
  return header('gif', b.getUint16(6, true), b.getUint16(8, true))
}

function readWebP(b: DataView): PictureHeader | undefined {
  if (b.getUint32(0) !== 0x52494646 || b.getUint32(8) !== 0x57454250) return undefined
  const chunk = b.getUint32(12)
  if (chunk === 0x56503858) {
    // VP8X: 24-bit sides, less one.
    const side = (at: number) => b.getUint16(at, true) + (b.getUint8(at + 2) << 16) + 1
    return header('webp', side(24), side(27))
  }
  if (chunk === 0x5650384c) {
    // VP8L: a signature byte, then two sides of 14 bits, less one.
    if (b.getUint8(20) !== 0x2f) return undefined
    const bits = b.getUint32(21, true)
    return header('webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1)
  }
  if (chunk === 0x56503820) {
    // VP8: a frame tag of 3 bytes, a start code, then two sides of 14 bits with 2 bits of scale.
    if (b.getUint8(23) !== 0x9d || b.getUint16(24) !== 0x012a) return undefined
    return header('webp', b.getUint16(26, true) & 0x3fff, b.getUint16(28, true) & 0x3fff)
  }
  return undefined
}

function readBMP(b: DataView): PictureHeader | undefined {
  if (b.getUint32(14, true) < 40) return undefined // older than Windows 3
  return header('bmp', Math.abs(b.getInt32(18, true)), Math.abs(b.getInt32(22, true)))
}
