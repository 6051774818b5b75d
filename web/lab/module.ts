// One instance of lab.wasm and its frames: see wasm/lab/doc.go.

import { WASI } from '../src/wasi'

interface Exports {
  memory: WebAssembly.Memory
  vl_input(bytes: number): number
  vl_call(bytes: number): void
  vl_result_pointer(): number
  vl_result_length(): number
}

/** An operation that failed, with a sentence for people. */
export class LabError extends Error {
  override readonly name = 'LabError'
}

export class Module {
  private broken = false

  private constructor(private readonly exports: Exports) {}

  static async create(module: WebAssembly.Module): Promise<Module> {
    const wasi = new WASI()
    const instance = await WebAssembly.instantiate(module, withoutFiles(module, wasi.imports))
    wasi.initialize(instance)
    return new Module(instance.exports as unknown as Exports)
  }

  /** Whether the instance has crashed, or grown past what is reasonable to keep: its owner makes a fresh one. */
  get spent(): boolean {
    return this.broken || this.exports.memory.buffer.byteLength > 1 << 30
  }

  /** Answers a request. Throws a LabError if it is refused. */
  call(request: object, ...parts: Uint8Array[]): { answer: unknown; bytes: Uint8Array<ArrayBuffer> } {
    if (this.broken) throw new LabError('The laboratory broke down.')
    let result: Uint8Array<ArrayBuffer>
    try {
      const all = frame(request, parts)
      const length = all.reduce((n, p) => n + p.length, 0)
      let at = this.exports.vl_input(length) >>> 0
      for (const p of all) {
        new Uint8Array(this.exports.memory.buffer).set(p, at)
        at += p.length
      }
      this.exports.vl_call(length)
      const pointer = this.exports.vl_result_pointer() >>> 0
      result = new Uint8Array(this.exports.memory.buffer as ArrayBuffer, pointer, this.exports.vl_result_length()).slice()
    } catch (cause) {
      this.broken = true // its exports would go on answering, with nonsense
      throw new LabError('The laboratory broke down; perhaps there was not enough memory.', { cause })
    }
    return parseFrame(result)
  }
}

const ENOSYS = 52

/**
 * The module links packages that could use files, of which there are none here: what it imports beyond what the scanner's system has is answered with
 * "not supported".
 */
function withoutFiles(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Imports {
  const all: WebAssembly.Imports = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    all[from] = { ...all[from], [name]: imports[from]?.[name] ?? (() => ENOSYS) }
  }
  return all
}

/** A request's parts, in order. */
export function frame(request: object, parts: Uint8Array[]): Uint8Array[] {
  const text = new TextEncoder().encode(JSON.stringify(request))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, text.length, true)
  return [length, text, ...parts]
}

/** Takes an answer apart. */
export function parseFrame(result: Uint8Array<ArrayBuffer>): { answer: unknown; bytes: Uint8Array<ArrayBuffer> } {
  const length = new DataView(result.buffer, result.byteOffset).getUint32(0, true)
  const answer = JSON.parse(new TextDecoder().decode(result.subarray(4, 4 + length))) as { error?: string }
  if (answer.error !== undefined) throw new LabError(sentence(answer.error))
  return { answer, bytes: result.slice(4 + length) }
}

/** An error of Go's as a sentence: without the package's name, with a capital and a full stop. */
export function sentence(error: string): string {
  const text = error.replace(/^(lab|absence|blindset|edit|decode|token|imagehash|hashlist): /, '').replace(/^(scheme|recipe) refused: /, '')
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}
