// An independent reading of docs/protocol.md, for tests only: nothing here is shared with the package or the Go code, and the
// cryptography is noble's. Section numbers are the protocol's.

import { sha256 } from '@noble/hashes/sha2.js'

export const ascii = (s: string): Uint8Array => new TextEncoder().encode(s)
export const fromHex = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s, 'hex'))
export const toHex = (b: Uint8Array): string => Buffer.from(b).toString('hex')

export function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** Section 1: I2OSP. */
export function i2osp(n: number | bigint, length: number): Uint8Array {
  const out = new Uint8Array(length)
  let rest = BigInt(n)
  for (let i = length - 1; i >= 0; i--) {
    out[i] = Number(rest & 255n)
    rest >>= 8n
  }
  return out
}

export function os2ip(b: Uint8Array): bigint {
  return b.reduce((n, byte) => (n << 8n) | BigInt(byte), 0n)
}

/** Section 1: lp. */
export const lp = (b: Uint8Array): Uint8Array => join(i2osp(b.length, 2), b)

export const label = (name: string): Uint8Array => lp(ascii(`veilhash/v0/${name}`))

/** Section 1: mulhi. */
export const mulhi = (u: bigint, n: number): number => Number((u * BigInt(n)) >> 64n)

export const setID = (manifest: string): Uint8Array => sha256(ascii(manifest))
