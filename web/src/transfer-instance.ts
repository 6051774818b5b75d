// One instance of the transfer module, for one call: wasm/transfer/doc.go specifies its exports.

import { isErrorCode, VeilhashError } from './errors'
import { WASI } from './wasi'

interface Exports {
  memory: WebAssembly.Memory
  vh_input(bytes: number): number
  vh_result_pointer(): number
  vh_result_length(): number
  vh_export(account: number, passphrase: number): number
  vh_import(text: number, passphrase: number): number
}

/** Runs one transfer in a fresh instance. */
export async function transfer(
  module: WebAssembly.Module, what: 'export' | 'import', subject: Uint8Array, passphrase: Uint8Array,
): Promise<Uint8Array> {
  let exports: Exports
  try {
    const wasi = new WASI({})
    const instance = await WebAssembly.instantiate(module, wasi.imports)
    wasi.initialize(instance)
    exports = instance.exports as unknown as Exports
    if (!exports.vh_export) throw new Error('another module')
  } catch (cause) {
    throw new VeilhashError('wasm-unavailable', 'transfer.wasm could not be started', { cause })
  }
  let status: number
  try {
    const at = exports.vh_input(subject.length + passphrase.length) >>> 0
    const memory = new Uint8Array(exports.memory.buffer)
    memory.set(subject, at)
    memory.set(passphrase, at + subject.length)
    status = exports[`vh_${what}`](subject.length, passphrase.length)
  } catch (cause) {
    throw new VeilhashError('crashed', 'the account could not be moved: this device has too little memory, perhaps', { cause })
  }
  const result = new Uint8Array(exports.memory.buffer as ArrayBuffer, exports.vh_result_pointer() >>> 0, exports.vh_result_length()).slice()
  if (status >= 0) return result
  const [code = '', message = ''] = new TextDecoder().decode(result).split('\0')
  throw new VeilhashError(isErrorCode(code) ? code : 'internal', message)
}
