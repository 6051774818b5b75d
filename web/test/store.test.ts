import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStore } from '../src/store/memory'
import { storeName } from '../src/store/open'
import { storeSuite } from './store-suite'

test('the store in memory', async () => {
  const checks = await storeSuite(new MemoryStore())
  assert.ok(checks > 75, `only ${checks} checks`)
})

test('a store\'s name is safe and tells addresses apart', () => {
  const names = ['https://a.example/set/', 'https://a.example/set//', 'https://a.example/SET/', 'http://a.example:8080/set/', 'https://a.example/' + 'x'.repeat(500)]
    .map(storeName)
  assert.equal(new Set(names).size, names.length)
  for (const n of names) assert.match(n, /^[A-Za-z0-9._-]{1,100}$/)
})
