// What the public calls do with their options.

import { VeilhashError } from './errors'
import { load } from './load'
import type { WasmOptions } from './types'

/** Gets the module, from wherever the options say. */
export async function compile(options: WasmOptions): Promise<WebAssembly.Module> {
  const { wasmURL, wasmModule } = options
  if (wasmModule !== undefined && wasmURL !== undefined) throw invalid('wasmURL and wasmModule are both given: give one')
  if (wasmModule !== undefined) {
    if (!(wasmModule instanceof WebAssembly.Module)) throw invalid('wasmModule must be a WebAssembly.Module')
    return wasmModule
  }
  if (wasmURL === undefined) throw invalid('wasmURL or wasmModule is missing: give the address of scanner.wasm')
  return load(address('wasmURL', wasmURL), 'wasm-unavailable')
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
