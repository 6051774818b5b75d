// Each misuse of the public calls has its own sentence.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientCodes, reportCodes, VeilhashError } from '../src/errors'
import { sdkCodes } from '../src/codes'
import { createAccount, createScanner } from '../src/index'

const module = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
const good = { setURL: 'https://set.example/', account: 'x', wasmModule: module }

const misuses: [string, unknown, RegExp][] = [
  ['no options', undefined, /one options object/],
  ['no set', { ...good, setURL: undefined }, /setURL is missing/],
  ['a set that is no address', { ...good, setURL: 'no address' }, /setURL is not an address/],
  ['no account', { ...good, account: undefined }, /account is missing/],
  ['an account that is no text', { ...good, account: 12 }, /account is missing/],
  ['no scanner', { ...good, wasmModule: undefined }, /wasmURL or wasmModule is missing/],
  ['two scanners', { ...good, wasmURL: 'https://a.example/' }, /both given/],
  ['a module that is none', { ...good, wasmModule: {} }, /must be a WebAssembly.Module/],
  ['two classic modules', { ...good, classicURL: 'https://a.example/', classicModule: module }, /classicURL and classicModule are both given/],
  ['a classic module that is none', { ...good, classicModule: {} }, /classicModule must be a WebAssembly.Module/],
  ['a classic address that is none', { ...good, classicURL: 'no address' }, /classicURL is not an address/],
  ['a worker that is no boolean', { ...good, worker: 'yes' }, /worker must be true or false/],
  ['a worker\'s address without a worker', { ...good, worker: false, workerURL: 'https://a.example/' }, /worker is false/],
  ['a payload that is none', { ...good, payload: 'what' }, /payload must be none, derivative or media-key/],
  ['progress that is no function', { ...good, onProgress: 1 }, /onProgress must be a function/],
]

for (const [name, options, message] of misuses) {
  test(`misuse: ${name}`, async () => {
    await assert.rejects(createScanner(options as never), (err: unknown) => {
      assert.ok(err instanceof VeilhashError)
      assert.equal(err.code, 'options-invalid')
      assert.match(err.message, message)
      return true
    })
  })
}

test('sentences are all different', () => {
  const sentences = misuses.map(([, , m]) => m.source)
  assert.ok(new Set(sentences).size >= sentences.length - 1)
})

test('createAccount checks its options too', async () => {
  await assert.rejects(createAccount({} as never), /wasmURL or wasmModule is missing/)
  await assert.rejects(createAccount({ wasmURL: 'https://127.0.0.1:1/scanner.wasm' }), (err: unknown) =>
    err instanceof VeilhashError && err.code === 'wasm-unavailable')
})

test('no code is in two tables', () => {
  const all = [sdkCodes, clientCodes, reportCodes].flatMap(t => Object.keys(t))
  assert.equal(new Set(all).size, all.length)
})
