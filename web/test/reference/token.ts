// Sections 2.1 and 2.3: the scheme `lowest-frequency`, and those of goimagehash's hashes.

export interface View {
  view: string
  quality: number
  hash: string
  coefficients: number[]
}

/** The PDQ bits by rising frequency. */
const frequencies = Array.from({ length: 256 }, (_, k) => k).sort((a, b) => {
  const f = (k: number) => Math.floor(k / 16) + (k % 16)
  return f(a) - f(b) || a - b
})

/** A scheme's bits in its order, by its name. */
function orderOf(name: string): number[] {
  const [, kind, size] = /^([pda])hash-(64|256)$/.exec(name) ?? []
  if (kind === undefined) return frequencies
  const n = Math.sqrt(Number(size))
  const key = (i: number): number => {
    const [row, column] = [Math.floor(i / n), i % n]
    if (kind === 'p') return i === 0 ? Infinity : row + column
    return Math.hypot(row - (n - 1) / 2, column - (n - 1) / 2) ** 2
  }
  const near = (a: number, b: number): number => (Math.abs(a - b) < 1e-9 || a === b ? 0 : a - b)
  return Array.from({ length: n * n }, (_, i) => i).sort((a, b) => near(key(a), key(b)) || a - b).map(i => n * n - 1 - i)
}

/** Bit k of a hash in hex, bit 255 first. */
const bit = (hash: string, k: number): number => Number((BigInt('0x' + hash) >> BigInt(k)) & 1n)

function pack(bits: number[]): Uint8Array {
  const out = new Uint8Array(Math.ceil(bits.length / 8))
  bits.forEach((b, i) => (out[i >> 3]! |= b << (7 - (i & 7))))
  return out
}

export function token(bits: number, hash: string, flips: Iterable<number> = [], order = frequencies): Uint8Array {
  const values = order.slice(0, bits).map(k => bit(hash, k))
  for (const p of flips) values[p]! ^= 1
  return pack(values)
}

/** Token positions of PDQ bits, as the package's report gives flips. */
export const positions = (flips: number[]): number[] => flips.map(k => frequencies.indexOf(k))

const lexicographic = (a: number[], b: number[]): number => {
  for (let i = 0; ; i++) {
    if (i === a.length || i === b.length) return a.length - b.length
    if (a[i] !== b[i]) return a[i]! - b[i]!
  }
}

/** Flip patterns, as sorted positions, by rising total margin; ties by lexicographic order. All 2^bits of them in the end. */
function* patterns(bits: number, v: View, order: number[]): Generator<number[]> {
  const at = v.coefficients
  const margins = order.slice(0, bits).map(k => Math.abs(at[k]!))
  const byMargin = margins.map((_, i) => i).sort((a, b) => margins[a]! - margins[b]!)
  // Subsets as increasing lists of ranks in byMargin; each is reached from one other only.
  let waiting: { sum: number; ranks: number[] }[] = [{ sum: 0, ranks: [] }]
  const weight = (ranks: number[]) => ranks.reduce((s, r) => s + margins[byMargin[r]!]!, 0)
  while (waiting.length > 0) {
    // All of the smallest sum, with those that they lead to at no further cost.
    const sum = Math.min(...waiting.map(w => w.sum))
    const group: number[][] = []
    for (let found = true; found;) {
      found = false
      const next: typeof waiting = []
      for (const w of waiting) {
        if (w.sum !== sum) {
          next.push(w)
          continue
        }
        found = true
        group.push(w.ranks)
        const last = w.ranks.at(-1) ?? -1
        if (last + 1 < bits) {
          const more = [...w.ranks, last + 1]
          next.push({ sum: weight(more), ranks: more })
          if (w.ranks.length > 0) {
            const other = [...w.ranks.slice(0, -1), last + 1]
            next.push({ sum: weight(other), ranks: other })
          }
        }
      }
      waiting = next
    }
    yield* group.map(ranks => ranks.map(r => byMargin[r]!).sort((a, b) => a - b)).sort(lexicographic)
  }
}

/** The token of a hash under a scheme. */
export function entryToken(scheme: string, hash: string): Uint8Array {
  const [, name, bits] = /^(\S+) bits=(\d+) /.exec(scheme)!
  return token(Number(bits), hash, [], orderOf(name!))
}

/** The probes' tokens. */
export function probes(scheme: string, minQuality: number, views: View[]): Uint8Array[] {
  const [, name, b, list] = /^(\S+) bits=(\d+) probes=(\S+)$/.exec(scheme)!
  const bits = Number(b)
  const order = orderOf(name!)
  const wanted = list!.split(',').map(p => p.split(':')).map(([view, n]) => ({ view: view!, n: Number(n) }))
  const total = wanted.reduce((s, w) => s + w.n, 0)
  const out = new Map<string, Uint8Array>()
  const sources = wanted.map(w => {
    const v = views.find(x => x.view === w.view)!
    const it = v.quality >= minQuality ? patterns(bits, v, order) : [][Symbol.iterator]()
    /** Adds the view's next new token; false if it has none. */
    const add = (): boolean => {
      for (let r = it.next(); !r.done; r = it.next()) {
        const t = token(bits, v.hash, r.value as number[], order)
        const key = Buffer.from(t).toString('hex')
        if (out.has(key)) continue
        out.set(key, t)
        return true
      }
      return false
    }
    return { add, n: w.n }
  })
  for (const s of sources) for (let i = 0; i < s.n && s.add(); i++);
  for (let more = true; more && out.size < total;) {
    more = false
    for (const s of sources) if (out.size < total && s.add()) more = true
  }
  return [...out.values()]
}
