// What the public calls do with their options.

import { expected } from './code'
import { VeilhashError } from './errors'
import { load } from './load'
import type { WasmOptions } from './types'

/** Gets the module, from wherever the options say, and checks it if it is fetched. */
export async function compile(options: WasmOptions, file: 'scanner.wasm' | 'transfer.wasm' = 'scanner.wasm'): Promise<WebAssembly.Module> {
  const { wasmURL, wasmModule } = options
  if (wasmModule !== undefined && wasmURL !== undefined) throw invalid('wasmURL and wasmModule are both given: give one')
  if (wasmModule !== undefined) {
    if (!(wasmModule instanceof WebAssembly.Module)) throw invalid('wasmModule must be a WebAssembly.Module')
    return wasmModule
  }
  if (wasmURL === undefined) throw invalid(`wasmURL or wasmModule is missing: give the address of ${file}`)
  return load(address('wasmURL', wasmURL), 'wasm-unavailable', expected(options)[file])
}

/** An address, seen from this page. */
export function address(name: string, value: unknown): URL {
  if (typeof value !== 'string' && !(value instanceof URL)) throw invalid(`${name} is missing: give an address`)
  try {
    return new URL(value, globalThis.location?.href)
  } catch (cause) {
    throw new VeilhashError('options-invalid', `${name} is not an address`, { cause })
  }
}

/** An error about the options. */
export function invalid(detail: string): VeilhashError {
  return new VeilhashError('options-invalid', detail)
}
