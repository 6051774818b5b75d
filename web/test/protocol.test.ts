// docs/protocol.md read twice: the golden vectors come from Go, and here an independent implementation, over other
// libraries, finds the same. It tests the text as much as the code.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatManifest, parseManifest, shardShape } from '../src/manifest'
import { parseVoucher } from '../src/voucher'
import { fromHex, setID, toHex } from './reference/encoding'
import { cells, lines, locate, lookup, onlyLayer, scalar, tokenElement } from './reference/set'
import { entryToken, probes } from './reference/token'
import { bindingDigest, open } from './reference/voucher'
import { goldenManifest, goldenShards, vectors } from './vectors'
import type { GroupVector, ProbeVector, SetVector, VoucherVector } from './vectors'

test('hashing tokens to the group (section 3.1)', () => {
  const all = vectors<GroupVector[]>('group.json')
  assert.ok(all.length >= 4)
  for (const v of all) {
    assert.equal(toHex(tokenElement(fromHex(v.salt), fromHex(v.token)).toBytes()), v.element)
  }
})

test('the golden set: identity, digests, positions and lookups (sections 3.3, 4, 5)', () => {
  const text = goldenManifest()
  const v = vectors<SetVector>('set.json')
  assert.equal(toHex(setID(text)), v.id)
  const layer = onlyLayer(text)
  const files = goldenShards()
  assert.deepEqual([...files.keys()].sort(), [...layer.digests].sort())
  const tables = layer.digests.map((d, i) => cells(layer, i, files.get(d)!))
  const salt = fromHex(lines(text).find(([n]) => n === 'salt')![1])
  const alpha = scalar(fromHex(v.alpha))
  assert.ok(v.places.length >= 4 && v.places.some(p => p.member) && v.places.some(p => !p.member))
  for (const p of v.places) {
    const place = locate(layer, fromHex(p.token))
    assert.deepEqual(place, { shard: p.shard, cells: p.cells })
    const sum = lookup(tables[place.shard]!, place.cells)
    assert.equal(toHex(sum.toBytes()), p.lookup)
    assert.equal(sum.equals(tokenElement(salt, fromHex(p.token)).multiply(alpha)), p.member)
  }
})

test('the package reads the golden manifest and knows its shards\' length', () => {
  const text = goldenManifest()
  const m = parseManifest(text)
  assert.equal(formatManifest(m), text)
  for (const l of m.layers) {
    for (const s of l.shards) assert.equal(goldenShards().get(s.digest)!.length, shardShape(l).bytes)
  }
})

test('probes (sections 2.1 and 2.3)', () => {
  const all = vectors<ProbeVector[]>('probes.json')
  assert.ok(all.length >= 7 && all.some(v => v.scheme.startsWith('phash-64 ')))
  for (const v of all) {
    const views = v.views.map(w => {
      const bytes = fromHex(w.coefficients)
      const view = new DataView(bytes.buffer)
      return { ...w, coefficients: Array.from({ length: 256 }, (_, k) => view.getFloat32(4 * k)) }
    })
    assert.equal(toHex(entryToken(v.scheme, views[0]!.hash)), v.entry)
    assert.deepEqual(probes(v.scheme, v.minQuality, views).map(toHex), v.probes)
  }
})

test('vouchers open, or stay closed, as in Go (section 6)', () => {
  const all = vectors<VoucherVector[]>('vouchers.json')
  assert.ok(all.length >= 5)
  for (const v of all) {
    const bytes = fromHex(v.voucher)
    const result = open(bytes, fromHex(v.setID), bindingDigest(v.account, v.message), v.alphas.map(a => scalar(fromHex(a))))
    assert.equal(result ? 'match' : 'closed', v.state, v.name)
    if (!result) continue
    const { opened } = result
    assert.deepEqual(
      { generation: opened.generation, period: opened.period, kind: opened.kind, share: toHex(opened.share) },
      { generation: v.generation, period: v.period, kind: v.kind, share: v.share },
      v.name,
    )
    assert.equal(toHex(opened.payload(fromHex(v.payloadKey!))), v.payload)
    assert.throws(() => opened.payload(new Uint8Array(32)), /another payload key/)
  }
})

test('vouchers do not open under another binding, key or after a change', () => {
  const v = vectors<VoucherVector[]>('vouchers.json').find(v => v.state === 'match')!
  const bytes = fromHex(v.voucher)
  const alphas = v.alphas.map(a => scalar(fromHex(a)))
  const binding = bindingDigest(v.account, v.message)
  assert.throws(() => open(bytes, fromHex(v.setID), bindingDigest(v.account, 'x'), alphas), /binding/)
  assert.throws(() => open(bytes.with(500, bytes[500]! ^ 1), fromHex(v.setID), binding, alphas), /checksum/)
  assert.equal(open(bytes, fromHex(v.setID), binding, alphas.map(a => a + 1n)), undefined)
})

test('the package takes the golden vouchers apart', () => {
  for (const v of vectors<VoucherVector[]>('vouchers.json')) {
    const bytes = fromHex(v.voucher)
    const parsed = parseVoucher(bytes)
    assert.equal(toHex(parsed.setID), v.setID)
    assert.equal(toHex(parsed.bindingDigest), toHex(bindingDigest(v.account, v.message)))
    assert.equal(parsed.probes, v.probes)
    assert.equal(parsed.layers, v.alphas.length)
    assert.equal(parsed.fields.at(-1)!.end, bytes.length)
  }
})
