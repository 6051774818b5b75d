// The pictures of the golden set, drawn as sdk/world_test.go draws them: smooth blobs placed by Go's PCG generator.

const MASK = (1n << 64n) - 1n

/** math/rand/v2's PCG: a 128-bit congruential generator with the DXSM output function. */
class PCG {
  private state: bigint

  constructor(hi: bigint, lo: bigint) {
    this.state = (hi << 64n) | lo
  }

  private uint64(): bigint {
    const mul = (2549297995355413924n << 64n) | 4865540595714422341n
    const inc = (6364136223846793005n << 64n) | 1442695040888963407n
    this.state = (this.state * mul + inc) & ((1n << 128n) - 1n)
    let hi = this.state >> 64n
    const lo = this.state & MASK
    hi ^= hi >> 32n
    hi = (hi * 0xda942042e4dd58b5n) & MASK
    hi ^= hi >> 48n
    return (hi * (lo | 1n)) & MASK
  }

  float64(): number {
    return Number((this.uint64() << 11n & MASK) >> 11n) / 2 ** 53
  }
}

export interface Picture {
  width: number
  height: number
  rgba: Uint8Array
}

export function synthetic(seed: number, width: number, height: number): Picture {
  const r = new PCG(BigInt(seed), 7n)
  const blobs = Array.from({ length: 40 }, () => {
    const x = r.float64()
    const y = r.float64()
    const s = 0.02 + 0.12 * r.float64()
    return { x, y, s, a: 255 * (r.float64() - 0.5) }
  })
  const rgba = new Uint8Array(4 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let v = 128
      for (const b of blobs) {
        const dx = x / width - b.x
        const dy = y / height - b.y
        v += b.a * Math.exp(-(dx * dx + dy * dy) / (2 * b.s * b.s))
      }
      const c = Math.trunc(Math.min(Math.max(v, 0), 255))
      rgba.set([c, c, c >> 1, 255], 4 * (y * width + x))
    }
  }
  return { width, height, rgba }
}
