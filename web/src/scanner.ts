// The public calls: createScanner and createAccount.

import { compare, expected, pageCode } from './code'
import type { Found } from './code'
import { DirectConnection, WorkerConnection, workerScript } from './connection'
import type { Connection } from './connection'
import { VeilhashError } from './errors'
import { Instance, payloadKinds } from './instance'
import { load, origin } from './load'
import type { Loaded } from './load'
import type { SettleRequest, StartRequest } from './messages'
import type { Source } from './pixels'
import { address, compile, invalid } from './options'
import { hold } from './sent'
import type { TrustOptions } from './trust'
import type { Binding, CodeOptions, PayloadKind, SealOptions, ScannerOptions, SetInfo, Upload, WasmOptions } from './types'

/** The longest account or message name, in bytes (docs/protocol.md, section 1: lp). */
const LONGEST_NAME = 65535

/** Scans pictures and seals vouchers. Make one with {@link createScanner} and keep it: starting costs more than scanning. */
export class Scanner {
  private connection: Promise<Connection>
  private closed = false
  private info: SetInfo | undefined
  /** Receipts of uploads of which it is not known what became, for a fresh worker. */
  private readonly underWay = new Map<string, Uint8Array>()

  private constructor(
    private readonly connect: (onDeath: (dead: VeilhashError) => void) => Connection,
    private readonly start: StartRequest,
    private readonly release: () => void,
    /** The code on this side of the connection: what the page has, and the worker's script. */
    private readonly code: Promise<Found[]>,
  ) {
    this.connection = this.begin()
  }

  /** @internal */
  static async open(
    connect: (onDeath: (dead: VeilhashError) => void) => Connection, start: StartRequest, code: Promise<Found[]>,
  ): Promise<Scanner> {
    const scanner = new Scanner(connect, start, await hold(start.holder), code)
    try {
      await scanner.connection
    } catch (err) {
      scanner.close()
      throw err
    }
    return scanner
  }

  /** The set in use, as of the last call. */
  get set(): SetInfo {
    if (!this.info) throw new VeilhashError('closed')
    return this.info
  }

  /**
   * Scans a picture and seals its vouchers: one, or two where the set has synthetic ones. Every picture gets them, whatever is wrong with it, and all vouchers
   * under a set have one length; the report's alarms say what was not as it should be. Send all of them with the message, whatever the report says, and
   * {@link acknowledge} the receipt when the server has them.
   *
   * A file is decoded by the browser, upright. An ImageBitmap is taken as it is and stays usable.
   *
   * Rejects with `source-invalid`, `options-invalid`, `payload`, `payload-kind`, `crashed` or `closed`; and under a policy, whatever the picture, with `policy-stale` when the proof in use
   * has become too old and there is no newer one.
   */
  async seal(source: Source, binding: Binding, options: SealOptions = {}): Promise<Upload> {
    checkSource(source)
    checkBinding(binding)
    checkMediaKey(this.start.payload, options.mediaKey)
    const { account, message } = binding
    const { mediaKey } = options
    const connection = await this.current()
    const job = { source, binding: { account, message }, ...(mediaKey ? { mediaKey } : {}) }
    const { set, ...upload } = await connection.ask({ do: 'seal', job })
    this.info = await this.withCode(set)
    this.underWay.set(key(upload.receipt), upload.receipt)
    return upload
  }

  /**
   * Says that the server has all vouchers of an upload: from then on, and over reloads, the same picture goes out as a voucher that never opens, so that the
   * server does not see a repeat. Not before, because what is remembered and never arrived is lost for the period. Twice is the same as once. The memory of
   * another device of the account ({@link sent}) is taken the same way.
   *
   * Rejects with `sent` for what is no receipt, `crashed` or `closed`.
   */
  acknowledge(...receipts: Uint8Array[]): Promise<void> {
    return this.settle({ do: 'acknowledge', receipts })
  }

  /** Says that an upload was given up, and that the server has seen none of it: its picture counts when it is sent again. Rejects as {@link acknowledge}. */
  abandon(...receipts: Uint8Array[]): Promise<void> {
    return this.settle({ do: 'abandon', receipts })
  }

  /**
   * Takes over uploads that a page before this one has sealed and whose vouchers are still to be sent, from wherever the application keeps them: before
   * the next seal, or what they carry might go out twice. Those of a page that is gone, which nobody resumes, count as given up. Rejects as {@link acknowledge}.
   */
  resume(...receipts: Uint8Array[]): Promise<void> {
    return this.settle({ do: 'resume', receipts })
  }

  /** The memory of what was sent in this period, to hand to the account's other devices. It must be kept secret. Rejects with `crashed` or `closed`. */
  async sent(): Promise<Uint8Array> {
    return (await this.current()).ask({ do: 'sent' })
  }

  private async settle(request: SettleRequest): Promise<void> {
    const connection = await this.current()
    try {
      await connection.ask(request)
    } catch (err) {
      if (!(err instanceof VeilhashError && err.code === 'crashed')) throw err
      // Each of these may be said twice, and must not be lost with a worker.
      await (await this.current()).ask(request)
    }
    for (const receipt of request.receipts) {
      if (request.do === 'resume') this.underWay.set(key(receipt), receipt)
      else this.underWay.delete(key(receipt))
    }
  }

  /** Looks for a newer set, downloads it and uses it from the next picture on. Returns the set in use after that. */
  async refresh(): Promise<SetInfo> {
    const connection = await this.current()
    return (this.info = await this.withCode(await connection.ask({ do: 'refresh' })))
  }

  /** Ends the worker. Calls that are pending, and every later one, reject with `closed`. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.release()
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

  /** Adds this side's code to the engine's. */
  private async withCode(set: SetInfo): Promise<SetInfo> {
    const { transparency } = set
    if (!transparency?.code) return set
    const here = compare(await this.code, transparency.files)
    const files = [...here.files, ...transparency.code.files].sort((a, b) => (a.name < b.name ? -1 : 1))
    return { ...set, transparency: { ...transparency, code: { files, match: here.match && transparency.code.match } } }
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
        this.info = await this.withCode(await connection.ask({ ...this.start, underWay: [...this.underWay.values()] }))
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
 * Rejects with `options-invalid`, `wasm-unavailable`, `worker-unavailable`, `code-digest`, or, if no set is on the device yet, with
 * `set-unreachable`, `set-damaged`, `store-failed`, `hasher-module-missing`, what is wrong with the manifest, or the code `policy-…` of what the policy does not allow.
 */
export async function createScanner(options: ScannerOptions): Promise<Scanner> {
  if (typeof options !== 'object' || options === null) throw invalid('createScanner takes one options object')
  const { account, payload = 'none', worker = true, debug = false, onProgress = () => {} } = options
  const setURL = address('setURL', options.setURL)
  if (!setURL.pathname.endsWith('/')) setURL.pathname += '/'
  const trust = trustOptions(options, setURL)
  if (typeof account !== 'string' && !(account instanceof Uint8Array)) {
    throw invalid('account is missing: give the account file\'s text, from createAccount')
  }
  if (!Object.hasOwn(payloadKinds, payload)) throw invalid('payload must be none, derivative or media-key')
  if (typeof worker !== 'boolean') throw invalid('worker must be true or false')
  if (typeof onProgress !== 'function') throw invalid('onProgress must be a function')
  if (!worker && options.workerURL !== undefined) throw invalid('workerURL is given, but worker is false')
  const classic = classicSource(options)
  const digests = expected(options)
  const [module, script] = await Promise.all([compile(options), worker ? workerScript(options) : undefined])
  const connect = (onDeath: (dead: VeilhashError) => void): Connection =>
    script ? new WorkerConnection(script, onProgress, onDeath) : new DirectConnection(onProgress)
  return Scanner.open(connect, {
    do: 'start',
    module: { module, origin: origin(module, 'scanner.wasm') },
    ...(classic === undefined ? {} : { classic }),
    setURL: setURL.href,
    account: typeof account === 'string' ? new TextEncoder().encode(account) : account,
    payload,
    digests,
    holder: crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].join('-'), // no randomUUID without HTTPS
    underWay: [],
    ...(trust ? { trust } : {}),
    debug,
  }, trust ? pageCode().then(found => (script ? [...found, { url: script.url, sha256: script.sha256 }] : found)) : Promise.resolve([]))
}

/**
 * Fetches `scanner.wasm`, checks it and compiles it, for a page that wants it for several calls: give it as `wasmModule`. Rejects with `options-invalid`,
 * `wasm-unavailable` or `code-digest`.
 */
export async function loadScanner(wasmURL: string | URL, options: CodeOptions = {}): Promise<WebAssembly.Module> {
  return load(address('wasmURL', wasmURL), 'wasm-unavailable', expected(options)['scanner.wasm'])
}

/**
 * Makes an account secret: the text of an account file. Keep it on the user's devices, and only there: whoever has it can open the account's
 * vouchers as far as they match. Rejects with `options-invalid`, `wasm-unavailable` or `code-digest`.
 */
export async function createAccount(options: WasmOptions): Promise<string> {
  if (typeof options !== 'object' || options === null) throw invalid('createAccount takes one options object')
  const instance = await Instance.create(await compile(options))
  return new TextDecoder().decode(instance.newAccount())
}

/**
 * Makes the successor of an account secret: a new secret, and the next generation. It serves from the next period on ({@link SetInfo.periodEnds}), on all of the
 * user's devices; until then the old one does, or the count would start again and the synthetic vouchers would come twice. The old one is deleted when the last
 * voucher that was sealed with it is acknowledged. Only after a secret was disclosed does the new one serve at once.
 *
 * Rejects with `options-invalid`, `wasm-unavailable`, `code-digest`, `account`, `account-damaged`, or `account-last` for the last generation that there is.
 */
export async function rotateAccount(account: Uint8Array | string, options: WasmOptions): Promise<string> {
  if (typeof options !== 'object' || options === null) throw invalid('rotateAccount takes an account and one options object')
  const instance = await Instance.create(await compile(options))
  return new TextDecoder().decode(instance.newAccount(typeof account === 'string' ? new TextEncoder().encode(account) : account))
}

/** Says where the module for goimagehash's hashes is; nothing is loaded yet. */
function classicSource(options: ScannerOptions): string | Loaded | undefined {
  const { classicURL, classicModule, wasmURL } = options
  if (classicURL !== undefined && classicModule !== undefined) throw invalid('classicURL and classicModule are both given: give one, or none')
  if (classicModule !== undefined) {
    if (!(classicModule instanceof WebAssembly.Module)) throw invalid('classicModule must be a WebAssembly.Module')
    return { module: classicModule, origin: origin(classicModule, 'scanner-classic.wasm') }
  }
  if (classicURL !== undefined) return address('classicURL', classicURL).href
  return wasmURL === undefined ? undefined : new URL('scanner-classic.wasm', address('wasmURL', wasmURL)).href
}

function trustOptions({ policy, logURL }: ScannerOptions, setURL: URL): TrustOptions | undefined {
  if (policy === undefined) {
    if (logURL !== undefined) throw invalid('logURL is given, but no policy: without one the log is not looked at')
    return undefined
  }
  if (!(policy instanceof Uint8Array) && typeof policy !== 'string') throw invalid('policy must be a text')
  const log = address('logURL', logURL ?? new URL('../log/', setURL))
  if (!log.pathname.endsWith('/')) log.pathname += '/'
  return { policy: typeof policy === 'string' ? new TextEncoder().encode(policy) : policy, logURL: log.href }
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

function checkMediaKey(kind: PayloadKind, key: unknown): void {
  if (kind === 'media-key') {
    if (!(key instanceof Uint8Array)) throw invalid('this scanner\'s payloads are media keys: give mediaKey, the key\'s bytes')
  } else if (key !== undefined) {
    throw invalid('mediaKey is given, but this scanner\'s payload is not media-key')
  }
}

const key = (receipt: Uint8Array): string => receipt.join()
