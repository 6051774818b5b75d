// A set of random cells and a stand-in for the scanner that verifies it with Node's hashes, so that downloading is tested without
// WebAssembly and against a second implementation of the Merkle tree (docs/protocol.md, section 4).

import { createHash } from 'node:crypto'
import { VeilhashError } from '../src/errors'
import type { Instance } from '../src/instance'
import { blockSpan, formatManifest, shardShape } from '../src/manifest'
import type { BlockRef, Manifest } from '../src/manifest'
import { Random } from './random'

const sha256 = (...parts: Uint8Array[]): Uint8Array => {
  const h = createHash('sha256')
  for (const p of parts) h.update(p)
  return new Uint8Array(h.digest())
}

/** The Merkle tree hash of RFC 9162, section 2.1.1, over leaf hashes. */
export function treeHash(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return sha256(Uint8Array.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)))
}

export const leafHash = (block: Uint8Array): Uint8Array => sha256(Uint8Array.of(0), block)

const hex = (b: Uint8Array) => Buffer.from(b).toString('hex')

export interface FakeSet {
  manifest: Manifest
  text: string
  /** Shard files by digest. */
  files: Map<string, Uint8Array>
}

/** A set of one layer with as many shards as wanted. */
export function fakeSet(seed: number, shards = 2): FakeSet {
  const random = new Random(seed)
  const layer = {
    key: hex(random.bytes(32)), tableSalt: hex(random.bytes(32)), positionSeed: hex(random.bytes(32)), fillCommitment: hex(random.bytes(32)), draft: 'none',
    capacity: 1024 * shards, shardCapacity: 1024, segments: 8, segmentLength: 142, shards: [] as { digest: string; attempt: number }[],
  }
  const shape = shardShape(layer)
  const files = new Map<string, Uint8Array>()
  for (let i = 0; i < shards; i++) {
    const file = random.bytes(shape.bytes)
    const leaves = Array.from({ length: shape.blocks }, (_, b) => {
      const { offset, length } = blockSpan(shape, b)
      return leafHash(file.subarray(offset, offset + length))
    })
    leaves.forEach((l, b) => file.set(l, 32 * b))
    const digest = hex(treeHash(leaves))
    layer.shards.push({ digest, attempt: 0 })
    files.set(digest, file)
  }
  const manifest: Manifest = {
    epoch: 1, listHasher: 'pdq-canonical', hasher: 'pdq-canonical', quality: 50, scheme: 'lowest-frequency bits=64 probes=as-is:1',
    salt: hex(random.bytes(32)), payload: 4096, threshold: 1, synthetics: 0, periodDays: 30, require: 1, recognition: 'equal-token',
    kinds: 'derivative,media-key', canary: 'none', curators: [], base: 'none', layers: [layer],
  }
  return { manifest, text: formatManifest(manifest), files }
}

/** The part of the scanner that verifies files. */
export class FakeInstance {
  private readonly kept = new Map<string, Uint8Array>()

  constructor(private readonly manifest: Manifest) {}

  leaves(layer: number, shard: number, leaves: Uint8Array): void {
    const list = Array.from({ length: leaves.length / 32 }, (_, i) => leaves.subarray(32 * i, 32 * i + 32))
    if (hex(treeHash(list)) !== this.manifest.layers[layer]!.shards[shard]!.digest) throw new VeilhashError('leaves')
    this.kept.set(`${layer}/${shard}`, leaves.slice())
  }

  checkBlock(ref: BlockRef, block: Uint8Array): void {
    const leaves = this.kept.get(`${ref.layer}/${ref.shard}`)
    if (!leaves) throw new VeilhashError('leaves-missing')
    if (hex(leafHash(block)) !== hex(leaves.subarray(32 * ref.block, 32 * ref.block + 32))) throw new VeilhashError('block')
  }

  asInstance(): Instance {
    return this as unknown as Instance
  }
}
