import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { SeenKeys, tablesOf } from '../src/keys'
import { parseManifest } from '../src/manifest'
import { deltaManifest, goldenManifest, vectors } from './vectors'
import type { DeltaVector } from './vectors'

const reused = (err: unknown) => err instanceof VeilhashError && err.code === 'key-reused'

test('the memory of keys is the one that Go makes', async () => {
  const golden = vectors<DeltaVector>('delta.json')
  const seen = SeenKeys.parse(undefined)
  seen.add(await tablesOf(goldenManifest()))
  seen.add(await tablesOf(deltaManifest()))
  assert.equal(seen.toString(), golden.seen)
  assert.equal(SeenKeys.parse(golden.seen).toString(), golden.seen)
})

test('a key is refused for another table, and not for its own', async () => {
  const seen = SeenKeys.parse(vectors<DeltaVector>('delta.json').seen)
  seen.check(await tablesOf(goldenManifest()))
  const other = await tablesOf(goldenManifest().replace(/(\nposition-seed )(.)/, (_, name, digit) => name + (digit === '0' ? '1' : '0')))
  assert.throws(() => seen.check(other), reused)
  assert.throws(() => seen.add(other), reused)
  const damaged = SeenKeys.parse(seen.toString().replace('key ', 'kex '))
  damaged.add(other)
})

test('a set with a delta names its base: the header, the first layer, and nothing else', () => {
  const golden = vectors<DeltaVector>('delta.json')
  const text = deltaManifest()
  const m = parseManifest(text)
  assert.equal(m.base, `${golden.baseEpoch} ${golden.baseID}`)
  const base = text
    .replace(/\nepoch \d+\n/, `\nepoch ${golden.baseEpoch}\n`)
    .replace(/\nbase .*\n/, '\nbase none\n')
    .replace(/\nlayers \d+\n/, '\nlayers 1\n')
    .replace(/layer 1\n[^]*$/, '')
  assert.equal(base, goldenManifest())
  assert.equal(createHash('sha256').update(base).digest('hex'), golden.baseID)
  assert.equal(createHash('sha256').update(text).digest('hex'), golden.id)
})
