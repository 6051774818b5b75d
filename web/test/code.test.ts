// The comparison of the code that runs with the code that is logged.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, compare, expected } from '../src/code'
import { VeilhashError } from '../src/errors'

const a = 'aa'.repeat(32)
const b = 'bb'.repeat(32)
const at = (path: string, sha256 = a) => ({ url: `https://chat.example/${path}`, sha256 })
const states = (...args: Parameters<typeof compare>) => {
  const { files, match } = compare(...args)
  return [match, ...files.map(f => `${f.name} ${f.state}`)]
}

test('what runs is compared with what is logged', () => {
  const logged = [{ name: 'scanner.wasm', digest: a }, { name: 'lab/style.css', digest: b }, { name: 'style.css', digest: a }]
  assert.deepEqual(states([at('scanner.wasm')], logged), [true, 'scanner.wasm logged'])
  assert.deepEqual(states([at('scanner.wasm', b)], logged), [false, 'scanner.wasm differs'])
  assert.deepEqual(states([at('scanner.wasm'), at('app.js')], logged), [false, 'app.js unlogged', 'scanner.wasm logged'])
  assert.deepEqual(states([at('scanner.wasm', '')], logged), [false, 'scanner.wasm unreadable'])
  assert.deepEqual(states([], logged), [false])
  // Names are relative to the folder that was released, wherever that is served; the longest that fits is meant.
  assert.deepEqual(states([at('v2/scanner.wasm?x=1'), at('v2/lab/style.css', b), at('v2/style.css')], logged),
    [true, 'lab/style.css logged', 'scanner.wasm logged', 'style.css logged'])
  assert.deepEqual(states([at('v2/lab/style.css', a)], logged), [false, 'lab/style.css differs'])
  assert.deepEqual(states([at('otherscanner.wasm')], logged), [false, 'otherscanner.wasm unlogged'])
})

test('a file is what is expected, or refused', async () => {
  const url = new URL('https://chat.example/x/scanner.wasm')
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' // FIPS 180-4's example
  const bytes = new TextEncoder().encode('abc')
  assert.equal(await check(url, bytes, abc), abc)
  assert.equal(await check(url, bytes, undefined), abc)
  await assert.rejects(check(url, bytes, a), (err: unknown) =>
    err instanceof VeilhashError && err.code === 'code-digest' && err.message.includes('scanner.wasm') && err.message.includes(abc) && err.message.includes(a))
})

test('digests are named and formed as they must be', () => {
  assert.deepEqual(expected({ digests: { 'transfer.wasm': a } }), { 'transfer.wasm': a })
  for (const digests of [1, { 'scanner.js': a }, { 'scanner.wasm': 'x' }, { 'scanner.wasm': a.toUpperCase() }, { 'scanner.wasm': undefined }]) {
    assert.throws(() => expected({ digests } as never), (err: unknown) => err instanceof VeilhashError && err.code === 'options-invalid')
  }
})
