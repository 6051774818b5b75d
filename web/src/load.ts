// Loads the scanner's WebAssembly: the module that every page needs, and the one for goimagehash's hashes, which few do.

import { VeilhashError } from './errors'
import type { ErrorCode } from './errors'

/** Fetches and compiles a module. Rejects with the code that is given. */
export async function load(url: URL, code: ErrorCode & ('wasm-unavailable' | 'hasher-module-missing')): Promise<WebAssembly.Module> {
  try {
    const response = await fetch(url)
    if (!response.ok) throw new VeilhashError(code, `the server answered ${response.status} for ${last(url)}`)
    // Compiling while it arrives wants the right content type; a server that does not know it costs a little time.
    if (response.headers.get('content-type')?.startsWith('application/wasm')) {
      return await WebAssembly.compileStreaming(response)
    }
    return await WebAssembly.compile(await response.arrayBuffer())
  } catch (cause) {
    if (cause instanceof VeilhashError) throw cause
    throw new VeilhashError(code, `${last(url)} could not be loaded`, { cause })
  }
}

const last = (url: URL): string => url.pathname.slice(url.pathname.lastIndexOf('/') + 1)

/** Where the module for goimagehash's hashes comes from: its address, the module, or nowhere. */
export type ClassicSource = string | WebAssembly.Module | undefined

/** The two modules. The second is fetched when a set first names a hash that the first does not know, and then once. */
export class Modules {
  private loading: Promise<WebAssembly.Module> | undefined

  constructor(private readonly scanner: WebAssembly.Module, private readonly classic: ClassicSource) {}

  /** The module that knows a hasher. Rejects with `hasher-module-missing` where it was not deployed. */
  async for(hasher: string): Promise<WebAssembly.Module> {
    // What neither knows is the first one's to refuse.
    if (!/^[pda]hash-/.test(hasher)) return this.scanner
    if (this.classic instanceof WebAssembly.Module) return this.classic
    if (this.classic === undefined) {
      throw new VeilhashError('hasher-module-missing', `the set's pictures are hashed with ${hasher}: deploy scanner-classic.wasm and give classicURL or classicModule`)
    }
    const url = new URL(this.classic)
    this.loading ??= load(url, 'hasher-module-missing')
    try {
      return await this.loading
    } catch (err) {
      this.loading = undefined // the next set, or the next attempt, may find it
      throw err
    }
  }
}
