// The manifest of a blinded set (docs/protocol.md, section 5), as far as a downloader needs it: which files there are and
// how long they must be. The scanner in WebAssembly reads the same text again and is the judge of what it means.

import { VeilhashError } from './errors'

/** A cell is one encoded group element; a block is what a leaf digest covers (docs/protocol.md, section 4). */
export const CELL_BYTES = 32
export const BLOCK_CELLS = 128
export const BLOCK_BYTES = CELL_BYTES * BLOCK_CELLS
export const DIGEST_BYTES = 32

/** Bounds that keep a hostile manifest from claiming memory or time. The same as the Go reader's. */
export const MAX_MANIFEST_BYTES = 1 << 20
const MAX_SHARD_BYTES = 4 << 20
const MAX_SHARDS = 1 << 13
const MAX_CURATORS = 64
const TAIL_SEGMENTS = 2

/** One file of a layer: the digest it is named after, in hex, and the attempt at which its positions peeled. */
export interface Shard {
  digest: string
  attempt: number
}

/** One table of a set. Byte strings are lower-case hex. */
export interface Layer {
  key: string
  tableSalt: string
  positionSeed: string
  fillCommitment: string
  /** Digest of what the curators endorsed, or `none` where there are none. */
  draft: string
  capacity: number
  shardCapacity: number
  segments: number
  segmentLength: number
  shards: Shard[]
}

/** One of those who answer for a set's entries: its name, and its Ed25519 public key. */
export interface Curator {
  name: string
  key: string
}

/** What a set says about itself. Byte strings are lower-case hex. */
export interface Manifest {
  epoch: number
  /** What made the list's hashes. */
  listHasher: string
  /** What clients hash pictures with. */
  hasher: string
  quality: number
  scheme: string
  salt: string
  payload: number
  threshold: number
  synthetics: number
  periodDays: number
  require: number
  recognition: string
  /** The payload kinds that vouchers may carry: `none`, or some of `derivative` and `media-key` with a comma between. */
  kinds: string
  /** The test card whose token is an entry too, or `none`. */
  canary: string
  /** By name. None in the development mode, where the operator alone answers for the set. */
  curators: Curator[]
  /** Of a set with deltas, the set that it adds to: `EPOCH IDENTITY`. `none` for one of a single layer. */
  base: string
  layers: Layer[]
}

/** A block of a set: layer, shard and block, each from 0. */
export interface BlockRef {
  layer: number
  shard: number
  block: number
}

/** Where the parts of a layer's shard files lie, in bytes. All files of a layer have one length. */
export interface ShardShape {
  blocks: number
  leavesBytes: number
  bytes: number
}

/** The lengths that a layer's shard files must have. */
export function shardShape(layer: Layer): ShardShape {
  const cells = (layer.segments + TAIL_SEGMENTS) * layer.segmentLength
  const blocks = Math.ceil(cells / BLOCK_CELLS)
  const leavesBytes = blocks * DIGEST_BYTES
  return { blocks, leavesBytes, bytes: leavesBytes + cells * CELL_BYTES }
}

/** The place of a block in its shard's file. */
export function blockSpan(shape: ShardShape, block: number): { offset: number; length: number } {
  const offset = shape.leavesBytes + block * BLOCK_BYTES
  return { offset, length: Math.min(BLOCK_BYTES, shape.bytes - offset) }
}

/** The bytes that a whole set takes on the wire and on the device, without its manifest. */
export function setBytes(manifest: Manifest): number {
  return manifest.layers.reduce((sum, l) => sum + l.shards.length * shardShape(l).bytes, 0)
}

/** The canonical text of a manifest. */
export function formatManifest(m: Manifest): string {
  const lines = [
    'veilhash-set v0',
    `epoch ${m.epoch}`,
    `list-hasher ${m.listHasher}`,
    `hasher ${m.hasher}`,
    `quality ${m.quality}`,
    `scheme ${m.scheme}`,
    `salt ${m.salt}`,
    `payload ${m.payload}`,
    `threshold ${m.threshold}`,
    `synthetics ${m.synthetics}`,
    `period-days ${m.periodDays}`,
    `require ${m.require}`,
    `recognition ${m.recognition}`,
    `kinds ${m.kinds}`,
    `canary ${m.canary}`,
    `curators ${m.curators.length}`,
    ...m.curators.map(c => `curator ${c.key} ${c.name}`),
    `base ${m.base}`,
    `layers ${m.layers.length}`,
  ]
  m.layers.forEach((l, i) => {
    lines.push(
      `layer ${i}`,
      `key ${l.key}`,
      `table-salt ${l.tableSalt}`,
      `position-seed ${l.positionSeed}`,
      `fill-commitment ${l.fillCommitment}`,
      `draft ${l.draft}`,
      `capacity ${l.capacity}`,
      `shard-capacity ${l.shardCapacity}`,
      `segments ${l.segments}`,
      `segment-length ${l.segmentLength}`,
      `shards ${l.shards.length}`,
      ...l.shards.map(s => `shard ${s.digest} ${s.attempt}`),
    )
  })
  return lines.join('\n') + '\n'
}

/**
 * Reads a manifest's text. Throws `manifest` for whatever {@link formatManifest} would not have written byte for
 * byte, and for shards longer than any set may have.
 */
export function parseManifest(text: string): Manifest {
  const p = new Lines(text)
  p.header('veilhash-set v0')
  const m: Manifest = {
    epoch: p.number('epoch', 1, 2 ** 53 - 1),
    listHasher: p.value('list-hasher'),
    hasher: p.value('hasher'),
    quality: p.number('quality', 0, 100),
    scheme: p.value('scheme'),
    salt: p.hex('salt'),
    payload: p.number('payload', 64, 1 << 20),
    threshold: p.number('threshold', 1, 1 << 10),
    synthetics: p.number('synthetics', 0, 64),
    periodDays: p.number('period-days', 1, 3660),
    require: p.number('require', 1, 64),
    recognition: p.oneOf('recognition', /^(equal-token|pdq-distance-([0-9]|[12][0-9]|3[01]))(\+variants)?$/),
    kinds: p.oneOf('kinds', /^(none|derivative|media-key|derivative,media-key)$/),
    canary: p.oneOf('canary', /^(none|test-card-1)$/),
    curators: parseCurators(p),
    base: p.oneOf('base', /^(none|[1-9][0-9]{0,15} [0-9a-f]{64})$/),
    layers: [],
  }
  if (m.curators.length > 0 && m.require > m.curators.length) p.fail('curators', 'are fewer than must recognise an entry')
  const layers = p.number('layers', 1, 16)
  for (let i = 0; i < layers; i++) {
    p.number('layer', i, i)
    m.layers.push(parseLayer(p, m.curators.length > 0))
  }
  p.end()
  // That the base's identity is the one of the first layer under this header is for the scanner to check.
  if ((m.layers.length > 1) !== (m.base !== 'none')) p.fail('base', 'is named if and only if there are deltas')
  if (m.base !== 'none' && m.epoch - Number.parseInt(m.base) < m.layers.length - 1) p.fail('base', 'has an epoch that leaves no room for the deltas')
  return m
}

function parseCurators(p: Lines): Curator[] {
  const list: Curator[] = []
  for (let n = p.number('curators', 0, MAX_CURATORS); n > 0; n--) {
    const [, key, name] = /^([0-9a-f]{64}) ([a-z0-9.-]{1,64})$/.exec(p.value('curator')) ?? []
    if (key === undefined || name === undefined) p.fail('curator', 'is not a key and a name')
    // A y coordinate of 2^255 − 19 or more.
    if (/^(e[d-f]|f.)(ff){30}[7f]f$/.test(key)) p.fail('curator', 'has a key that is not canonically encoded')
    if (list.some(c => c.key === key)) p.fail('curator', 'has the key of another one')
    if (list.length > 0 && list[list.length - 1]!.name >= name) p.fail('curator', 'is out of order or there twice')
    list.push({ name, key })
  }
  return list
}

function parseLayer(p: Lines, endorsed: boolean): Layer {
  const layer: Layer = {
    key: p.hex('key'),
    tableSalt: p.hex('table-salt'),
    positionSeed: p.hex('position-seed'),
    fillCommitment: p.hex('fill-commitment'),
    draft: endorsed ? p.hex('draft') : p.oneOf('draft', /^none$/),
    capacity: p.number('capacity', 1024, 2 ** 31),
    shardCapacity: p.number('shard-capacity', 1024, 2 ** 31),
    segments: p.number('segments', 1, 2 ** 31),
    segmentLength: p.number('segment-length', 1, 2 ** 31),
    shards: [],
  }
  if (/^0*$/.test(layer.draft)) p.fail('draft', 'is not the digest of what the curators endorsed')
  if (shardShape(layer).bytes > MAX_SHARD_BYTES) p.fail('segment-length', 'makes shards longer than 4 MiB')
  const shards = p.number('shards', 1, MAX_SHARDS)
  for (let i = 0; i < shards; i++) {
    const [, digest, attempt] = /^([0-9a-f]{64}) (0|[1-9][0-9]?)$/.exec(p.value('shard')) ?? []
    if (digest === undefined || attempt === undefined || Number(attempt) > 63) {
      p.fail('shard', 'is not a digest and an attempt below 64')
    }
    layer.shards.push({ digest, attempt: Number(attempt) })
  }
  return layer
}

/** Reads lines "name value" in a fixed order. */
class Lines {
  private at = 0
  private line = 0

  constructor(private readonly text: string) {
    if (text.length > MAX_MANIFEST_BYTES) this.fail('', 'longer than 1 MiB')
  }

  fail(field: string, reason: string): never {
    const where = this.line ? `line ${this.line}: ` : ''
    throw new VeilhashError('manifest', `manifest refused: ${where}${field && field + ' '}${reason}`)
  }

  private next(): string {
    this.line++
    const end = this.text.indexOf('\n', this.at)
    if (end < 0) this.fail('', 'the text ends early')
    const line = this.text.slice(this.at, end)
    this.at = end + 1
    return line
  }

  header(want: string): void {
    if (this.next() !== want) this.fail('', `does not begin with "${want}"`)
  }

  value(name: string): string {
    const line = this.next()
    if (!line.startsWith(name + ' ')) this.fail('', `expected the line "${name}"`)
    const value = line.slice(name.length + 1)
    // Printable ASCII without a space at either end.
    if (!/^[!-~]([ -~]*[!-~])?$/.test(value)) this.fail(name, 'is empty, has spaces around it or is not printable ASCII')
    return value
  }

  number(name: string, min: number, max: number): number {
    const value = this.value(name)
    const n = Number(value)
    if (!/^(0|[1-9][0-9]{0,15})$/.test(value) || !(n >= min && n <= max)) {
      this.fail(name, `is not a number from ${min} to ${max}`)
    }
    return n
  }

  hex(name: string): string {
    const value = this.value(name)
    if (!/^[0-9a-f]{64}$/.test(value)) this.fail(name, 'is not 64 lower-case hexadecimal digits')
    return value
  }

  oneOf(name: string, allowed: RegExp): string {
    const value = this.value(name)
    if (!allowed.test(value)) this.fail(name, 'is not a value that this version knows')
    return value
  }

  end(): void {
    if (this.at !== this.text.length) this.fail('', 'text after the end')
  }
}
