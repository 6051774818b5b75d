// The public calls: createScanner and createAccount.

import { DirectConnection, WorkerConnection } from './connection'
import type { Connection } from './connection'
import { VeilhashError } from './errors'
import { Instance } from './instance'
import type { StartRequest } from './messages'
import type { Source } from './pixels'
import type { Binding, Payload, Sealed, SealOptions, ScannerOptions, SetInfo, WasmOptions } from './types'

/** The longest account or message name, in bytes (docs/protocol.md, section 1: lp). */
const LONGEST_NAME = 65535

/** Scans pictures and seals vouchers. Make one with {@link createScanner} and keep it: starting costs more than scanning. */
export class Scanner {
  private connection: Promise<Connection>
  private closed = false
  private info: SetInfo | undefined

  private constructor(
    private readonly connect: (onDeath: (dead: VeilhashError) => void) => Connection,
    private readonly start: StartRequest,
  ) {
    this.connection = this.begin()
  }

  /** @internal */
  static async open(
    connect: (onDeath: (dead: VeilhashError) => void) => Connection, start: StartRequest,
  ): Promise<Scanner> {
    const scanner = new Scanner(connect, start)
    await scanner.connection
    return scanner
  }

  /** The set in use, as of the last call. */
  get set(): SetInfo {
    if (!this.info) throw new VeilhashError('closed')
    return this.info
  }

  /**
   * Scans a picture and seals a voucher for it. Every picture gets one, whatever is wrong with it, and all vouchers under a set
   * have one length; the report's alarms say what was not as it should be. Upload the voucher with the message, whatever the report says.
   *
   * A file is decoded by the browser, upright. An ImageBitmap is taken as it is and stays usable.
   *
   * Rejects with `source-invalid`, `options-invalid`, `payload`, `crashed` or `closed`.
   */
  async seal(source: Source, binding: Binding, options: SealOptions = {}): Promise<Sealed> {
    checkSource(source)
    checkBinding(binding)
    const payload = checkPayload(options.payload ?? { kind: 'none' })
    const { account, message } = binding
    const connection = await this.current()
    const { set, ...sealed } = await connection.ask({ do: 'seal', job: { source, binding: { account, message }, payload } })
    this.info = set
    return sealed
  }

  /** Looks for a newer set, downloads it and uses it from the next picture on. Returns the set in use after that. */
  async refresh(): Promise<SetInfo> {
    const connection = await this.current()
    return (this.info = await connection.ask({ do: 'refresh' }))
  }

  /** Ends the worker. Calls that are pending, and every later one, reject with `closed`. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.connection.then(c => c.end(new VeilhashError('closed')), () => {})
  }

  private async current(): Promise<Connection> {
    if (this.closed) throw new VeilhashError('closed')
    try {
      return await this.connection
    } catch {
      // The last attempt at a fresh worker failed; this call makes another.
      this.connection = this.begin()
      return this.connection
    }
  }

  private begin(): Promise<Connection> {
    const starting = (async () => {
      let started = false
      const connection = this.connect(() => {
        // Whatever was pending has been rejected; a fresh worker takes over. One that broke before it had started is not replaced until it
        // is needed: it would break again.
        if (!this.closed && started) this.connection = this.begin()
      })
      try {
        this.info = await connection.ask(this.start)
        started = true
      } catch (err) {
        connection.end(err instanceof VeilhashError ? err : new VeilhashError('crashed', undefined, { cause: err }))
        throw err
      }
      return connection
    })()
    starting.catch(() => {}) // whoever waits for it is told
    return starting
  }
}

/**
 * Loads the scanner, fetches the set or takes the one on this device, and gets ready to scan.
 *
 * Rejects with `options-invalid`, `wasm-unavailable`, `worker-unavailable`, or, if no set is on the device yet, with
 * `set-unreachable`, `set-damaged`, `set-unsupported`, `store-failed` or what is wrong with the manifest.
 */
export async function createScanner(options: ScannerOptions): Promise<Scanner> {
  if (typeof options !== 'object' || options === null) throw invalid('createScanner takes one options object')
  const { account, worker = true, debug = false, onProgress = () => {} } = options
  const setURL = address('setURL', options.setURL)
  if (!setURL.pathname.endsWith('/')) setURL.pathname += '/'
  if (typeof account !== 'string' && !(account instanceof Uint8Array)) {
    throw invalid('account is missing: give the account file\'s text, from createAccount')
  }
  if (typeof worker !== 'boolean') throw invalid('worker must be true or false')
  if (typeof onProgress !== 'function') throw invalid('onProgress must be a function')
  if (!worker && options.workerURL !== undefined) throw invalid('workerURL is given, but worker is false')
  const workerURL = options.workerURL === undefined
    ? new URL('veilhash-worker.js', import.meta.url)
    : address('workerURL', options.workerURL)
  const module = await compile(options)
  const connect = (onDeath: (dead: VeilhashError) => void): Connection =>
    worker ? new WorkerConnection(workerURL, onProgress, onDeath) : new DirectConnection(onProgress)
  return Scanner.open(connect, {
    do: 'start',
    module,
    setURL: setURL.href,
    account: typeof account === 'string' ? new TextEncoder().encode(account) : account,
    debug,
  })
}

/**
 * Makes an account secret: the text of an account file. Keep it on the user's devices, and only there: whoever has it can open the account's
 * vouchers as far as they match. Rejects with `options-invalid` or `wasm-unavailable`.
 */
export async function createAccount(options: WasmOptions): Promise<string> {
  if (typeof options !== 'object' || options === null) throw invalid('createAccount takes one options object')
  const instance = await Instance.create(await compile(options))
  return new TextDecoder().decode(instance.newAccount())
}

/** Gets the module, from wherever the options say. */
async function compile(options: WasmOptions): Promise<WebAssembly.Module> {
  const { wasmURL, wasmModule } = options
  if (wasmModule !== undefined && wasmURL !== undefined) throw invalid('wasmURL and wasmModule are both given: give one')
  if (wasmModule !== undefined) {
    if (!(wasmModule instanceof WebAssembly.Module)) throw invalid('wasmModule must be a WebAssembly.Module')
    return wasmModule
  }
  if (wasmURL === undefined) throw invalid('wasmURL or wasmModule is missing: give the address of scanner.wasm')
  const url = address('wasmURL', wasmURL)
  try {
    const response = await fetch(url)
    if (!response.ok) throw new VeilhashError('wasm-unavailable', `the server answered ${response.status} for the scanner`)
    // Compiling while it arrives wants the right content type; a server that does not know it costs a little time.
    if (response.headers.get('content-type')?.startsWith('application/wasm')) {
      return await WebAssembly.compileStreaming(response)
    }
    return await WebAssembly.compile(await response.arrayBuffer())
  } catch (cause) {
    if (cause instanceof VeilhashError) throw cause
    throw new VeilhashError('wasm-unavailable', 'the scanner could not be loaded', { cause })
  }
}

function address(name: string, value: unknown): URL {
  if (typeof value !== 'string' && !(value instanceof URL)) throw invalid(`${name} is missing: give an address`)
  try {
    return new URL(value, globalThis.location?.href)
  } catch (cause) {
    throw new VeilhashError('options-invalid', `${name} is not an address`, { cause })
  }
}

function checkSource(source: unknown): asserts source is Source {
  if (!(source instanceof Blob) && !(typeof ImageBitmap !== 'undefined' && source instanceof ImageBitmap)) {
    throw new VeilhashError('source-invalid', 'what is to be scanned must be a Blob, a File or an ImageBitmap')
  }
}

function checkBinding(binding: unknown): asserts binding is Binding {
  const { account, message } = (binding ?? {}) as Partial<Record<keyof Binding, unknown>>
  for (const [name, value] of Object.entries({ account, message })) {
    if (typeof value !== 'string' || value === '') {
      throw invalid(`the binding's ${name} is missing: a voucher belongs to one account and one message`)
    }
    if (new TextEncoder().encode(value).length > LONGEST_NAME) {
      throw invalid(`the binding's ${name} is longer than ${LONGEST_NAME} bytes`)
    }
  }
}

function checkPayload(payload: unknown): Payload {
  const { kind, data } = (payload ?? {}) as { kind?: unknown; data?: unknown }
  if (kind === 'none' || kind === 'derivative') {
    if (data !== undefined) throw invalid(`a payload of kind ${kind} takes no data: the scanner makes it`)
    return { kind }
  }
  if (kind !== 'media-key') throw invalid('the payload\'s kind must be none, derivative or media-key')
  if (!(data instanceof Uint8Array)) throw invalid('a payload of kind media-key needs data: the key\'s bytes')
  return { kind, data }
}

function invalid(detail: string): VeilhashError {
  return new VeilhashError('options-invalid', detail)
}
