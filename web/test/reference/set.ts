// Sections 3 and 4: hashing to the group, positions, cells.

import { ed25519, ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { ascii, fromHex, i2osp, join, label, lp, mulhi, os2ip, toHex } from './encoding'

export const Point = ristretto255.Point
export type Element = InstanceType<typeof Point>

const DST = join(ascii('HashToGroup-OPRFV1-'), Uint8Array.of(1), ascii('-ristretto255-SHA512'))

export const hashToGroup = (msg: Uint8Array): Element => ristretto255_hasher.hashToCurve(msg, { DST }) as Element

/** Scalars are encoded little-endian, as RFC 9496 has them. */
export const scalar = (encoded: Uint8Array): bigint => ed25519.Point.Fn.fromBytes(encoded)

/** Section 3.1. */
export const tokenElement = (salt: Uint8Array, token: Uint8Array): Element =>
  hashToGroup(join(label('token'), lp(salt), lp(token)))

/** A manifest's lines as pairs, read without any of the package's code. */
export function lines(manifest: string): [string, string][] {
  return manifest.trimEnd().split('\n').map(l => [l.slice(0, l.indexOf(' ')), l.slice(l.indexOf(' ') + 1)])
}

export interface Layer {
  tableSalt: Uint8Array
  positionSeed: Uint8Array
  segments: number
  segmentLength: number
  attempts: number[]
  digests: string[]
}

/** The only layer of a manifest of one layer. */
export function onlyLayer(manifest: string): Layer {
  const all = lines(manifest)
  const get = (name: string) => all.find(([n]) => n === name)![1]
  const shards = all.filter(([n]) => n === 'shard').map(([, v]) => v.split(' '))
  return {
    tableSalt: fromHex(get('table-salt')),
    positionSeed: fromHex(get('position-seed')),
    segments: Number(get('segments')),
    segmentLength: Number(get('segment-length')),
    digests: shards.map(s => s[0]!),
    attempts: shards.map(s => Number(s[1])),
  }
}

/** Section 3.3. */
export function locate(layer: Layer, token: Uint8Array): { shard: number; cells: number[] } {
  const tag = sha512(join(label('tag'), lp(layer.positionSeed), lp(layer.tableSalt), lp(token))).subarray(0, 16)
  const shard = mulhi(os2ip(tag.subarray(0, 8)), layer.digests.length)
  const e = sha512(join(
    label('cells'), lp(layer.positionSeed), lp(layer.tableSalt), i2osp(shard, 4), i2osp(layer.attempts[shard]!, 4), tag,
  ))
  const base = mulhi(os2ip(e.subarray(0, 8)), layer.segments)
  const cells = [0, 1, 2].map(k =>
    (base + k) * layer.segmentLength + mulhi(os2ip(e.subarray(8 + 8 * k, 16 + 8 * k)), layer.segmentLength))
  return { shard, cells }
}

/** Section 4: a shard's cells, after checking every digest. */
export function cells(layer: Layer, shard: number, file: Uint8Array): Uint8Array[] {
  const count = (layer.segments + 2) * layer.segmentLength
  const blocks = Math.ceil(count / 128)
  if (file.length !== 32 * (blocks + count)) throw new Error('a shard of the wrong length')
  const data = file.subarray(32 * blocks)
  const leaves = Array.from({ length: blocks }, (_, i) =>
    sha256(join(Uint8Array.of(0), data.subarray(4096 * i, 4096 * (i + 1)))))
  leaves.forEach((l, i) => {
    if (toHex(l) !== toHex(file.subarray(32 * i, 32 * i + 32))) throw new Error(`leaf ${i} is wrong`)
  })
  if (toHex(treeHash(leaves)) !== layer.digests[shard]) throw new Error('the digest is wrong')
  return Array.from({ length: count }, (_, i) => data.subarray(32 * i, 32 * i + 32))
}

function treeHash(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1))
  return sha256(join(Uint8Array.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split))))
}

/** Section 3.3: the sum of three cells. noble refuses what is no canonical encoding. */
export function lookup(table: Uint8Array[], places: number[]): Element {
  const sum = places.reduce((s, p) => s.add(Point.fromBytes(table[p]!)), Point.ZERO)
  if (sum.equals(Point.ZERO)) throw new Error('the sum is the identity')
  return sum
}
