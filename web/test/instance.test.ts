import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VeilhashError } from '../src/errors'
import { Instance } from '../src/instance'

/** Exports that answer with one status and one result. */
function answering(status: () => number, result = '') {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const bytes = new TextEncoder().encode(result)
  new Uint8Array(memory.buffer).set(bytes, 1000)
  const calls: string[] = []
  const exports = new Proxy({ memory } as Record<string, unknown>, {
    get: (target, name: string) =>
      name in target ? target[name] : (): number => {
        calls.push(name)
        if (name === 'vh_input') return 0
        if (name === 'vh_result_pointer') return 1000
        if (name === 'vh_result_length') return bytes.length
        return status()
      },
  })
  return { instance: Instance.over(exports as never), calls, memory }
}

const code = (want: string) => (err: unknown) => err instanceof VeilhashError && err.code === want

test('a negative status becomes the error that the result describes', () => {
  const { instance } = answering(() => -1, 'picture-quality\0sdk: too little to see')
  assert.throws(() => instance.writeRows(1, new Uint8Array(8)), (err: unknown) =>
    err instanceof VeilhashError && err.code === 'picture-quality' && err.message === 'veilhash: sdk: too little to see')
  assert.equal(instance.poisoned, false)
})

test('a code that is unknown here is an internal one', () => {
  const { instance } = answering(() => -1, 'toString\0what')
  assert.throws(() => instance.endPass(1), code('internal'))
})

test('after a trap the instance answers nothing any more', () => {
  let trap = true
  const { instance, calls } = answering(() => {
    if (trap) throw new WebAssembly.RuntimeError('unreachable')
    return 0
  })
  assert.throws(() => instance.begin(1, 1), code('crashed'))
  assert.equal(instance.poisoned, true)
  trap = false
  const before = calls.length
  for (const call of [() => instance.begin(1, 1), () => instance.lookups(1), () => instance.newAccount(), () => instance.release(1)]) {
    assert.throws(call, code('crashed'))
  }
  assert.equal(calls.length, before, 'a dead instance was called')
})

test('byte strings go in one behind the other', () => {
  const { instance, memory } = answering(() => 0, 'x'.repeat(32))
  instance.open(Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5))
  assert.deepEqual([...new Uint8Array(memory.buffer, 0, 6)], [1, 2, 3, 4, 5, 0])
})

test('a module that is no scanner is refused', async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
  await assert.rejects(Instance.create(empty), code('wasm-unavailable'))
})
