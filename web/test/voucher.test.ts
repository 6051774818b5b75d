import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { parseVoucher } from '../src/voucher'
import { Random } from './random'

/** A voucher's framing around zeros: 3 probes, 2 layers, 100 bytes more than the shortest body. */
function framing(): Uint8Array {
  const bytes = new Uint8Array(92 + 3 * 96 + 32 + (12 + 48 + 32 + 64 + 32) + 100 + 8)
  const view = new DataView(bytes.buffer)
  bytes.set([0x56, 0x48, 0x56, 0])
  view.setUint32(4, bytes.length)
  bytes.fill(1, 8, 40)
  bytes.fill(2, 40, 56)
  bytes.fill(3, 56, 88)
  view.setUint16(88, 3)
  view.setUint8(90, 2)
  return bytes
}

const refused = (err: unknown) => err instanceof VeilhashError && err.code === 'voucher-format'

test('fields lie one behind the other and cover everything', () => {
  const bytes = framing()
  const v = parseVoucher(bytes)
  assert.equal(v.probes, 3)
  assert.equal(v.layers, 2)
  assert.deepEqual([...v.voucherID], new Array(16).fill(2))
  let at = 0
  for (const f of v.fields) {
    assert.equal(f.start, at)
    assert.ok(f.end > f.start)
    at = f.end
  }
  assert.equal(at, bytes.length)
  assert.deepEqual(
    v.fields.map(f => f.field + (f.index ?? '')),
    ['magic', 'length', 'set', 'id', 'binding', 'counts',
      'point0', 'cipher0', 'cipher0', 'point1', 'cipher1', 'cipher1', 'point2', 'cipher2', 'cipher2',
      'commitment', 'body', 'checksum'],
  )
  assert.equal(v.fields.at(-2)!.end - v.fields.at(-2)!.start, 12 + 48 + 32 + 64 + 32 + 100)
})

test('a voucher inside a larger buffer', () => {
  const bytes = framing()
  const large = new Uint8Array(bytes.length + 20)
  large.set(bytes, 10)
  assert.equal(parseVoucher(large.subarray(10, 10 + bytes.length)).probes, 3)
})

const damage: [string, (b: Uint8Array) => Uint8Array][] = [
  ['empty', () => new Uint8Array()],
  ['cut short', b => b.slice(0, -1)],
  ['extended', b => Uint8Array.of(...b, 0)],
  ['a header only', b => b.slice(0, 92)],
  ['another magic', b => b.with(0, 0x57)],
  ['another version', b => b.with(3, 1)],
  ['another length', b => b.with(7, b[7]! ^ 1)],
  ['no probes', b => b.with(89, 0)],
  ['too many probes', b => b.with(88, 255)],
  ['no layers', b => b.with(90, 0)],
  ['17 layers', b => b.with(90, 17)],
  ['a policy', b => b.with(91, 1)],
]

for (const [name, f] of damage) {
  test(`refused: ${name}`, () => assert.throws(() => parseVoucher(f(framing())), refused))
}

test('mutated framings are refused or covered by fields', () => {
  const random = new Random(3)
  let accepted = 0
  for (let i = 0; i < 20_000; i++) {
    const bytes = framing()
    for (let n = 1 + random.below(2); n > 0; n--) bytes[random.below(100)] = random.below(256)
    try {
      assert.equal(parseVoucher(bytes).fields.at(-1)!.end, bytes.length)
      accepted++
    } catch (err) {
      if (!refused(err)) throw err
    }
  }
  assert.ok(accepted > 1000, `only ${accepted} accepted`)
})
