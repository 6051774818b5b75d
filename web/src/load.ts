// Loads the scanner's WebAssembly: the module that every page needs, and the one for goimagehash's hashes, which few do. Each is hashed before anyone can run it.

import { check, fetchFile, last } from './code'
import type { Digests, Found } from './code'
import { VeilhashError } from './errors'
import type { ErrorCode } from './errors'

/** Where modules came from, as far as this thread has loaded them. */
const origins = new WeakMap<WebAssembly.Module, Found>()

/** What a module is: its address and digest. Of a module that something else has compiled, only the name that it goes by is known. */
export function origin(module: WebAssembly.Module, name: string): Found {
  return origins.get(module) ?? { url: `unknown:/${name}`, sha256: '' }
}

/** Fetches, checks and compiles a module. Rejects with the code that is given, or `code-digest` if it is not the module that was expected. */
export async function load(
  url: URL, code: ErrorCode & ('wasm-unavailable' | 'hasher-module-missing'), want: string | undefined,
): Promise<WebAssembly.Module> {
  const response = await fetchFile(url, code)
  const copy = response.clone()
  // Compiling while it arrives wants the right content type; a server that does not know it costs a little time.
  const streams = response.headers.get('content-type')?.startsWith('application/wasm')
  const compiling = streams ? WebAssembly.compileStreaming(response) : response.arrayBuffer().then(b => WebAssembly.compile(b))
  compiling.catch(() => {}) // what was expected is asked first
  try {
    const sha256 = await check(url, await copy.arrayBuffer(), want)
    const module = await compiling
    origins.set(module, { url: url.href, sha256 })
    return module
  } catch (cause) {
    if (cause instanceof VeilhashError) throw cause
    throw new VeilhashError(code, `${last(url)} could not be loaded`, { cause })
  }
}

/** A module that is loaded already, and what it is. */
export interface Loaded {
  module: WebAssembly.Module
  origin: Found
}

/** The two modules. The second is fetched when a set first names a hash that the first does not know, and then once. */
export class Modules {
  /** What was loaded. */
  readonly running: Found[]
  private loading: Promise<WebAssembly.Module> | undefined

  constructor(private readonly scanner: Loaded, private readonly classic: string | Loaded | undefined, private readonly digests: Digests) {
    this.running = [scanner.origin]
  }

  /** The module that knows a hasher. Rejects with `hasher-module-missing` where it was not deployed, or `code-digest` where it is another. */
  async for(hasher: string): Promise<WebAssembly.Module> {
    // What neither knows is the first one's to refuse.
    if (!/^[pda]hash-/.test(hasher)) return this.scanner.module
    if (this.classic === undefined) {
      throw new VeilhashError('hasher-module-missing', `the set's pictures are hashed with ${hasher}: deploy scanner-classic.wasm and give classicURL or classicModule`)
    }
    const { classic } = this
    this.loading ??= typeof classic === 'string'
      ? load(new URL(classic), 'hasher-module-missing', this.digests['scanner-classic.wasm'])
      : Promise.resolve(classic.module)
    try {
      const module = await this.loading
      if (this.running.length === 1) this.running.push(typeof classic === 'string' ? origin(module, 'scanner-classic.wasm') : classic.origin)
      return module
    } catch (err) {
      this.loading = undefined // the next set, or the next attempt, may find it
      throw err
    }
  }
}
