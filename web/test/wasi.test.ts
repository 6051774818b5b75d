import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExitError, WASI } from '../src/wasi'

type Functions = Record<string, (...args: never[]) => number>

/** A shim with a memory of its own, as after initialize. */
function start(print?: (line: string) => void) {
  const wasi = new WASI(print ? { print } : {})
  const memory = new WebAssembly.Memory({ initial: 4 })
  let initialized = 0
  const instance = { exports: { memory, _initialize: () => initialized++ } } as unknown as WebAssembly.Instance
  wasi.initialize(instance)
  assert.equal(initialized, 1)
  const f = (wasi.imports as { wasi_snapshot_preview1: Functions }).wasi_snapshot_preview1
  const call = (name: string, ...args: (number | bigint)[]) => (f[name] as (...a: (number | bigint)[]) => number)(...args)
  return { call, memory, view: () => new DataView(memory.buffer), names: Object.keys(f) }
}

test('there are no arguments and no environment', () => {
  const { call, view } = start()
  for (const name of ['args_sizes_get', 'environ_sizes_get']) {
    view().setUint32(0, 7, true)
    view().setUint32(4, 7, true)
    assert.equal(call(name, 0, 4), 0)
    assert.equal(view().getUint32(0, true), 0)
    assert.equal(view().getUint32(4, true), 0)
  }
})

test('random_get fills more than getRandomValues gives at once', () => {
  const { call, memory } = start()
  const length = 3 * 65536 + 17
  assert.equal(call('random_get', 5, length), 0)
  const bytes = new Uint8Array(memory.buffer)
  assert.equal(bytes.subarray(0, 5).some(b => b !== 0), false)
  // Every stretch of 64 bytes holds something but zeros, save with probability 2^-512 each.
  for (let at = 5; at + 64 <= 5 + length; at += 64) {
    assert.ok(bytes.subarray(at, at + 64).some(b => b !== 0), `zeros at ${at}`)
  }
  assert.equal(bytes.subarray(5 + length).some(b => b !== 0), false)
})

test('clocks', () => {
  const { call, view } = start()
  assert.equal(call('clock_time_get', 0, 1n, 8), 0)
  const ms = Number(view().getBigUint64(8, true) / 1_000_000n)
  assert.ok(Math.abs(ms - Date.now()) < 10_000, `realtime clock says ${ms}`)
  assert.equal(call('clock_time_get', 1, 1n, 8), 0)
  const before = view().getBigUint64(8, true)
  assert.equal(call('clock_time_get', 1, 1n, 8), 0)
  assert.ok(view().getBigUint64(8, true) >= before)
  assert.equal(call('clock_time_get', 9, 1n, 8), 28)
})

test('poll_oneoff reports every subscription as due', () => {
  const { call, view } = start()
  view().setBigUint64(0, 11n, true)
  view().setBigUint64(48, 22n, true)
  assert.equal(call('poll_oneoff', 0, 200, 2, 400), 0)
  assert.equal(view().getUint32(400, true), 2)
  assert.equal(view().getBigUint64(200, true), 11n)
  assert.equal(view().getBigUint64(232, true), 22n)
  assert.equal(call('poll_oneoff', 0, 200, 0, 400), 28)
})

test('what the program prints arrives line by line', () => {
  const lines: string[] = []
  const { call, memory, view } = start(line => lines.push(line))
  const put = (text: string, at: number, vector: number) => {
    const bytes = new TextEncoder().encode(text)
    new Uint8Array(memory.buffer).set(bytes, at)
    view().setUint32(vector, at, true)
    view().setUint32(vector + 4, bytes.length, true)
  }
  put('one\ntw', 100, 0)
  put('o\nthree', 200, 8)
  assert.equal(call('fd_write', 2, 0, 2, 40), 0)
  assert.equal(view().getUint32(40, true), 13)
  assert.deepEqual(lines, ['one', 'two'])
  assert.equal(call('fd_write', 3, 0, 1, 40), 8)
})

test('exit throws its status', () => {
  const { call } = start()
  assert.throws(() => call('proc_exit', 3), (err: unknown) => err instanceof ExitError && err.status === 3)
})

test('a module that is no reactor is refused', () => {
  assert.throws(() => new WASI().initialize({ exports: {} } as WebAssembly.Instance), /not a WASI reactor/)
})
