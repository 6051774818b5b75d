// Section 6: opening a voucher.

import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { ascii, i2osp, join, label, lp, os2ip, toHex } from './encoding'
import { Point } from './set'

export interface Opened {
  generation: number
  period: number
  kind: number
  share: Uint8Array
  /** Opens the inner layer; throws with another key. */
  payload(payloadKey: Uint8Array): Uint8Array
}

const NONCE = new Uint8Array(12)

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((v, i) => v ^ b[i]!)

/** Section 6.3. */
export const bindingDigest = (account: string, message: string): Uint8Array =>
  sha256(join(label('binding'), lp(ascii(account)), lp(ascii(message))))

/** Section 6.5: undefined if the voucher stays closed, the number of probes that open it otherwise beside its content. */
export function open(
  voucher: Uint8Array, setID: Uint8Array, binding: Uint8Array, alphas: bigint[],
): { matches: number; opened: Opened } | undefined {
  const header = voucher.subarray(0, 92)
  const expect = (ok: boolean, what: string) => {
    if (!ok) throw new Error(`voucher: ${what}`)
  }
  expect(toHex(header.subarray(0, 4)) === '56485600', 'magic')
  expect(os2ip(header.subarray(4, 8)) === BigInt(voucher.length), 'length')
  expect(toHex(header.subarray(8, 40)) === toHex(setID), 'set')
  expect(toHex(header.subarray(56, 88)) === toHex(binding), 'binding')
  const end = voucher.length - 8
  expect(toHex(sha256(join(label('checksum'), voucher.subarray(0, end))).subarray(0, 8)) === toHex(voucher.subarray(end)), 'checksum')
  const id = header.subarray(40, 56)
  const C = Number(os2ip(header.subarray(88, 90)))
  const G = header[90]!
  expect(header[91] === 0 && G === alphas.length, 'layers or policy')

  const size = 32 * (1 + G)
  const preamble = voucher.subarray(0, 92 + C * size)
  const commitment = voucher.subarray(preamble.length, preamble.length + 32)
  const ciphertext = voucher.subarray(preamble.length + 32, end)
  let found: Uint8Array | undefined
  let matches = 0
  for (let j = 0; j < C; j++) {
    const q = preamble.subarray(92 + j * size, 92 + j * size + 32)
    const Q = Point.fromBytes(q)
    expect(!Q.equals(Point.ZERO), 'identity')
    for (let k = 0; k < G; k++) {
      const c = preamble.subarray(92 + j * size + 32 * (k + 1), 92 + j * size + 32 * (k + 2))
      const info = join(label('probe'), q, i2osp(j, 2), i2osp(k, 1), setID, id)
      const rkey = xor(c, hkdf(sha512, Q.multiply(alphas[k]!).toBytes(), ascii(''), info, 32))
      const keys = hkdf(sha512, rkey, setID, join(label('outer'), header), 64)
      if (toHex(keys.subarray(32)) !== toHex(commitment)) continue
      matches++
      found = chacha20poly1305(keys.subarray(0, 32), NONCE, preamble).decrypt(ciphertext)
    }
  }
  if (!found) return undefined
  const body = found
  const shareLength = Number(os2ip(body.subarray(10, 12)))
  const inner = body.subarray(12 + shareLength)
  return {
    matches,
    opened: {
      generation: Number(os2ip(body.subarray(0, 4))),
      period: Number(os2ip(body.subarray(4, 8))),
      kind: Number(os2ip(body.subarray(8, 10))),
      share: body.subarray(12, 12 + shareLength),
      payload(payloadKey) {
        const keys = hkdf(sha512, payloadKey, setID, join(label('inner'), header), 64)
        if (toHex(keys.subarray(32)) !== toHex(inner.subarray(0, 32))) throw new Error('another payload key')
        const padded = chacha20poly1305(keys.subarray(0, 32), NONCE, header).decrypt(inner.subarray(32))
        const length = Number(os2ip(padded.subarray(0, 4)))
        if (padded.subarray(4 + length).some(b => b !== 0)) throw new Error('padding is not zero')
        return padded.subarray(4, 4 + length)
      },
    },
  }
}
