import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { blockSpan, formatManifest, parseManifest, setBytes, shardShape } from '../src/manifest'
import type { Manifest } from '../src/manifest'
import { Random } from './random'

const hex = (digit: string) => digit.repeat(64)

function sample(): Manifest {
  return {
    epoch: 1, listHasher: 'pdq-canonical', hasher: 'pdq-canonical', quality: 50,
    scheme: 'lowest-frequency bits=68 probes=as-is:11,pad-15:2,trim:3',
    salt: hex('1'), payload: 4096, threshold: 1, synthetics: 0, periodDays: 30, require: 1, recognition: 'equal-token',
    kinds: 'derivative', canary: 'test-card-1', curators: [{ name: 'a.example', key: hex('7') }, { name: 'b', key: hex('8') }],
    base: 'none',
    layers: [
      {
        key: hex('2'), tableSalt: hex('3'), positionSeed: hex('4'), fillCommitment: hex('5'), draft: hex('6'),
        capacity: 1024, shardCapacity: 1024, segments: 8, segmentLength: 142,
        shards: [{ digest: hex('a'), attempt: 0 }, { digest: hex('b'), attempt: 63 }],
      },
    ],
  }
}

const refused = (err: unknown) => err instanceof VeilhashError && err.code === 'manifest'

test('round trip', () => {
  const m = sample()
  m.layers.push({ ...sample().layers[0]!, segments: 56 })
  m.epoch = 3
  m.base = `2 ${hex('9')}`
  assert.deepEqual(parseManifest(formatManifest(m)), m)
})

test('deltas and their base go together', () => {
  const deltas = sample()
  deltas.layers.push({ ...sample().layers[0]! })
  const cases: [number, string, Manifest][] = [
    [3, `2 ${hex('9')}`, sample()],
    [3, 'none', deltas],
    [3, `3 ${hex('9')}`, deltas],
    [3, `4 ${hex('9')}`, deltas],
    [3, `02 ${hex('9')}`, deltas],
    [3, `2 ${hex('9').slice(1)}`, deltas],
    [3, '2', deltas],
  ]
  for (const [epoch, base, m] of cases) assert.throws(() => parseManifest(formatManifest({ ...m, epoch, base })), refused, base)
})

test('a set without curators', () => {
  const m = sample()
  m.curators = []
  m.layers[0]!.draft = 'none'
  assert.deepEqual(parseManifest(formatManifest(m)), m)
  m.layers[0]!.draft = hex('6')
  assert.throws(() => parseManifest(formatManifest(m)), refused)
})

test('the lengths of shards', () => {
  const m = sample()
  const shape = shardShape(m.layers[0]!)
  // (8 + 2)·142 = 1420 cells in 12 blocks, the last of 12 cells.
  assert.deepEqual(shape, { blocks: 12, leavesBytes: 384, bytes: 384 + 1420 * 32 })
  assert.deepEqual(blockSpan(shape, 0), { offset: 384, length: 4096 })
  assert.deepEqual(blockSpan(shape, 11), { offset: 384 + 11 * 4096, length: 12 * 32 })
  assert.equal(setBytes(m), 2 * shape.bytes)
})

const damage: [string, (text: string) => string][] = [
  ['nothing', () => ''],
  ['another version', t => t.replace('v0', 'v1')],
  ['cut in a line', t => t.slice(0, -5)],
  ['cut before the last line', t => t.slice(0, t.lastIndexOf('shard '))],
  ['a line feed too many', t => t + '\n'],
  ['a line too many', t => t + 'shard ' + hex('c') + ' 0\n'],
  ['carriage returns', t => t.replaceAll('\n', '\r\n')],
  ['lines swapped', t => t.replace(/(epoch.*\n)(list-hasher.*\n)/, '$2$1')],
  ['a leading zero', t => t.replace('epoch 1', 'epoch 01')],
  ['a plus sign', t => t.replace('epoch 1', 'epoch +1')],
  ['a fraction', t => t.replace('epoch 1', 'epoch 1.0')],
  ['epoch 0', t => t.replace('epoch 1', 'epoch 0')],
  ['an exponent', t => t.replace('payload 4096', 'payload 1e4')],
  ['upper case', t => t.replace(hex('a'), hex('A'))],
  ['a short digest', t => t.replace(hex('a'), hex('a').slice(1))],
  ['an attempt of 64', t => t.replace(' 63\n', ' 64\n')],
  ['two spaces', t => t.replace('epoch 1', 'epoch  1')],
  ['a trailing space', t => t.replace('epoch 1', 'epoch 1 ')],
  ['no hasher', t => t.replace(/\nhasher .*/, '')],
  ['an empty hasher', t => t.replace(/\nhasher .*/, '\nhasher ')],
  ['a distance of 32', t => t.replace('equal-token', 'pdq-distance-32')],
  ['a kind that is unknown', t => t.replace('kinds derivative', 'kinds video')],
  ['kinds out of order', t => t.replace('kinds derivative', 'kinds media-key,derivative')],
  ['a card that is unknown', t => t.replace('test-card-1', 'test-card-2')],
  ['a curator too few', t => t.replace('curators 2', 'curators 3')],
  ['a curator too many', t => t.replace('curators 2', 'curators 1')],
  ['fewer curators than required', t => t.replace('require 1', 'require 3')],
  ['curators out of order', t => t.replace(' a.example', ' c.example')],
  ['a curator twice', t => t.replace(' b\n', ' a.example\n')],
  ['one key for two curators', t => t.replace(hex('8'), hex('7'))],
  ["a curator's name with a plus", t => t.replace(' b\n', ' b+\n')],
  ["a curator's key that is not canonical", t => t.replace(hex('7'), 'ed' + 'ff'.repeat(30) + '7f')],
  ['curators without a draft', t => t.replace(/draft .*/, 'draft none')],
  ['a draft of zeros', t => t.replace(/draft .*/, 'draft ' + hex('0'))],
  ['no layers', t => t.replace('layers 1', 'layers 0')],
  ['a layer of another number', t => t.replace('layer 0', 'layer 1')],
  ['a shard of 5 MiB', t => t.replace('segment-length 142', 'segment-length 15000')],
  ['a byte that is no ASCII', t => t.replace('equal-token', 'equal-tokén')],
  ['two MiB', t => t + ' '.repeat(2 << 20)],
]

for (const [name, f] of damage) {
  test(`refused: ${name}`, () => {
    const text = f(formatManifest(sample()))
    assert.notEqual(text, formatManifest(sample()))
    assert.throws(() => parseManifest(text), refused)
  })
}

test('whatever is accepted is written byte for byte the same', () => {
  const random = new Random(2)
  const text = formatManifest(sample())
  let accepted = 0
  for (let i = 0; i < 20_000; i++) {
    let t = text
    for (let n = 1 + random.below(3); n > 0; n--) {
      const at = random.below(t.length)
      const c = String.fromCharCode(random.below(2) ? 48 + random.below(10) : 10 + random.below(120))
      t = t.slice(0, at) + c + t.slice(at + random.below(2))
    }
    try {
      assert.equal(formatManifest(parseManifest(t)), t)
      accepted++
    } catch (err) {
      if (!refused(err)) throw err
    }
  }
  assert.ok(accepted > 100, `only ${accepted} accepted: the test does not reach what it should`)
})
