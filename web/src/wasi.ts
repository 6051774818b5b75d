// The part of WASI preview 1 that a Go program built with GOOS=wasip1 -buildmode=c-shared imports, for browsers.
//
// There are no files, no arguments, no environment: what a scanner may reach is its own memory, a clock and random bytes.
// Reference: WebAssembly/WASI, legacy/preview1/docs.md. Where a function has nothing to do it says so with an error number
// rather than pretending success.

const SUCCESS = 0
const EBADF = 8
const EINVAL = 28

const CLOCK_REALTIME = 0
const CLOCK_MONOTONIC = 1

/** `crypto.getRandomValues` refuses more than this many bytes at a time (Web Cryptography, section 10.1.1). */
const RANDOM_MOST = 65536

/** Bytes of a `subscription` and of an `event` record. */
const SUBSCRIPTION_SIZE = 48
const EVENT_SIZE = 32

/** Thrown out of WebAssembly when the program exits. After it the instance is dead, although its exports still answer. */
export class ExitError extends Error {
  readonly status: number

  constructor(status: number) {
    super(`exit status ${status}`)
    this.status = status
  }
}

export interface WASIOptions {
  /** Receives what the program prints, line by line. Without it the text is dropped. */
  print?: (line: string) => void
}

/** One program's system interface. Create one for each instance. */
export class WASI {
  private memory: WebAssembly.Memory | undefined
  private readonly print: ((line: string) => void) | undefined
  private readonly text = new TextDecoder()
  private line = ''

  constructor(options: WASIOptions = {}) {
    this.print = options.print
  }

  /** What to instantiate the module with. */
  get imports(): WebAssembly.Imports {
    return { wasi_snapshot_preview1: this.functions }
  }

  /** Starts a reactor module: must be called once, before any export of the program. */
  initialize(instance: WebAssembly.Instance): void {
    const { memory, _initialize } = instance.exports
    if (!(memory instanceof WebAssembly.Memory) || typeof _initialize !== 'function') {
      throw new TypeError('not a WASI reactor: memory or _initialize is missing')
    }
    this.memory = memory
    _initialize()
  }

  /** A view of the memory. Not kept: memory that grows detaches its buffer. */
  private get view(): DataView {
    if (!this.memory) throw new TypeError('WASI.initialize has not been called')
    return new DataView(this.memory.buffer)
  }

  private readonly functions = {
    // No arguments and no environment: a count of zero, and no bytes.
    args_sizes_get: (count: number, size: number): number => this.noStrings(count, size),
    args_get: (): number => SUCCESS,
    environ_sizes_get: (count: number, size: number): number => this.noStrings(count, size),
    environ_get: (): number => SUCCESS,

    clock_time_get: (clock: number, _precision: bigint, result: number): number => {
      let ms: number
      if (clock === CLOCK_REALTIME) ms = Date.now()
      else if (clock === CLOCK_MONOTONIC) ms = performance.now()
      else return EINVAL
      this.view.setBigUint64(result, BigInt(Math.round(ms * 1e6)), true)
      return SUCCESS
    },

    random_get: (pointer: number, length: number): number => {
      const bytes = new Uint8Array(this.view.buffer as ArrayBuffer, pointer, length)
      for (let at = 0; at < length; at += RANDOM_MOST) {
        crypto.getRandomValues(bytes.subarray(at, at + RANDOM_MOST))
      }
      return SUCCESS
    },

    sched_yield: (): number => SUCCESS,

    // Go's scheduler sleeps by subscribing to a clock. A browser thread cannot sleep here, so every subscription is
    // reported as having come due; the scheduler reads the clock again and comes back.
    poll_oneoff: (subscriptions: number, events: number, count: number, result: number): number => {
      if (count === 0) return EINVAL
      const view = this.view
      for (let i = 0; i < count; i++) {
        const from = subscriptions + i * SUBSCRIPTION_SIZE
        const to = events + i * EVENT_SIZE
        view.setBigUint64(to, view.getBigUint64(from, true), true) // userdata
        view.setUint16(to + 8, SUCCESS, true)
        view.setUint8(to + 10, view.getUint8(from + 8)) // event type
        view.setBigUint64(to + 16, 0n, true)
        view.setUint16(to + 24, 0, true)
      }
      view.setUint32(result, count, true)
      return SUCCESS
    },

    proc_exit: (status: number): never => {
      throw new ExitError(status)
    },

    fd_write: (fd: number, vectors: number, count: number, result: number): number => {
      if (fd !== 1 && fd !== 2) return EBADF
      const view = this.view
      let written = 0
      for (let i = 0; i < count; i++) {
        const pointer = view.getUint32(vectors + 8 * i, true)
        const length = view.getUint32(vectors + 8 * i + 4, true)
        this.put(new Uint8Array(view.buffer as ArrayBuffer, pointer, length))
        written += length
      }
      view.setUint32(result, written, true)
      return SUCCESS
    },

    // No file is open but the standard streams, of which the input is at its end. The answer to fd_prestat_get ends Go's
    // search for preopened folders.
    fd_read: (fd: number, _vectors: number, _count: number, result: number): number => {
      if (fd !== 0) return EBADF
      this.view.setUint32(result, 0, true)
      return SUCCESS
    },
    fd_fdstat_get: (fd: number, result: number): number => {
      if (fd > 2) return EBADF
      const view = this.view
      view.setUint8(result, 2) // a character device
      view.setUint16(result + 2, 0, true)
      view.setBigUint64(result + 8, 0n, true)
      view.setBigUint64(result + 16, 0n, true)
      return SUCCESS
    },
    fd_fdstat_set_flags: (fd: number): number => (fd > 2 ? EBADF : SUCCESS),
    fd_close: (): number => EBADF,
    fd_prestat_get: (): number => EBADF,
    fd_prestat_dir_name: (): number => EBADF,
  }

  private noStrings(count: number, size: number): number {
    this.view.setUint32(count, 0, true)
    this.view.setUint32(size, 0, true)
    return SUCCESS
  }

  private put(bytes: Uint8Array): void {
    if (!this.print) return
    const lines = (this.line + this.text.decode(bytes, { stream: true })).split('\n')
    this.line = lines.pop() ?? ''
    for (const line of lines) this.print(line)
  }
}
