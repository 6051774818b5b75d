// The layout of a voucher (docs/protocol.md, section 6.2): where each field lies. Nothing here opens anything; it is for
// showing what is sent.

import { VeilhashError } from './errors'

/** What a span of a voucher's bytes holds. */
export type Field =
  | 'magic' | 'length' | 'set' | 'id' | 'binding' | 'counts' // the header
  | 'point' // Q_j of a probe
  | 'cipher' // c_{k,j} of a probe and a layer
  | 'commitment' | 'body' | 'checksum'

/** A field of a voucher: `start` and `end` are offsets, `index` the probe's number where it belongs to one. */
export interface FieldSpan {
  field: Field
  start: number
  end: number
  index?: number
}

/** A voucher taken apart, unopened. Byte strings are views of the voucher. */
export interface Voucher {
  setID: Uint8Array
  voucherID: Uint8Array
  bindingDigest: Uint8Array
  probes: number
  layers: number
  policy: number
  /** All fields, in order and without gaps. */
  fields: FieldSpan[]
}

export const HEADER_BYTES = 92
const POINT_BYTES = 32
const COMMITMENT_BYTES = 32
const CHECKSUM_BYTES = 8
/** Generation, period, kind and the share's length; then the shortest share; an inner commitment; the shortest payload; two tags. */
const SHORTEST_BODY = 12 + 8 * 6 + 32 + 64 + 16 + 16

/**
 * Takes a voucher apart. Throws `voucher-format` if its framing is not as the protocol says. The checksum is for the server
 * to check.
 */
export function parseVoucher(bytes: Uint8Array): Voucher {
  const refuse = (reason: string): never => {
    throw new VeilhashError('voucher-format', `voucher refused: ${reason}`)
  }
  if (bytes.length < HEADER_BYTES) refuse('shorter than a header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0) !== 0x56485600) refuse('not a voucher of version 0')
  if (view.getUint32(4) !== bytes.length) refuse('its length is not as its header says')
  const probes = view.getUint16(88)
  const layers = view.getUint8(90)
  const policy = view.getUint8(91)
  if (probes < 1 || layers < 1 || layers > 16) refuse('no probes or no layers, or too many')
  if (policy !== 0) refuse('its policy is unknown to this version')

  const fields: FieldSpan[] = []
  let at = 0
  const take = (field: Field, length: number, index?: number): void => {
    fields.push({ field, start: at, end: at + length, ...(index === undefined ? {} : { index }) })
    at += length
  }
  take('magic', 4)
  take('length', 4)
  take('set', 32)
  take('id', 16)
  take('binding', 32)
  take('counts', 4)
  const body = bytes.length - HEADER_BYTES - probes * POINT_BYTES * (1 + layers) - COMMITMENT_BYTES - CHECKSUM_BYTES
  if (body < SHORTEST_BODY) refuse('too short for its probes')
  for (let j = 0; j < probes; j++) {
    take('point', POINT_BYTES, j)
    for (let k = 0; k < layers; k++) take('cipher', 32, j)
  }
  take('commitment', COMMITMENT_BYTES)
  take('body', body)
  take('checksum', CHECKSUM_BYTES)
  return {
    setID: bytes.subarray(8, 40),
    voucherID: bytes.subarray(40, 56),
    bindingDigest: bytes.subarray(56, 88),
    probes,
    layers,
    policy,
    fields,
  }
}
