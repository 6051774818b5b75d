// One instance of the WebAssembly scanner, and the boundary to it: see wasm/scanner/doc.go, which specifies every export.
//
// A Go program that panics past its boundary, runs out of memory or exits leaves an instance whose exports still answer, with
// nonsense. So the first trap or exit poisons this object: every later call throws, and its owner makes a fresh one.

import { isSDKCode, VeilhashError } from './errors'
import type { BlockRef } from './manifest'
import { WASI } from './wasi'

type Status = number
type Pointer = number

/** What wasm/scanner exports. Numbers are 32-bit integers; a negative status means that the result holds an error. */
interface Exports {
  memory: WebAssembly.Memory
  vh_input(bytes: number): Pointer
  vh_result_pointer(): Pointer
  vh_result_length(): number
  vh_account_new(previous: number): Status
  vh_trust(manifest: number, policy: number, endorsement: number, proof: number, seen: number, consistency: number): Status
  vh_open(manifest: number, account: number): Status
  vh_leaves(layer: number, shard: number, bytes: number): Status
  vh_check_block(layer: number, shard: number, block: number, bytes: number): Status
  vh_begin(width: number, height: number): Status
  vh_write_rows(scan: number, bytes: number): Status
  vh_end_pass(scan: number): Status
  vh_fail(scan: number): Status
  vh_features(scan: number): Status
  vh_lookups(scan: number): Status
  vh_provide(scan: number, layer: number, shard: number, block: number, bytes: number): Status
  vh_seal(scan: number, account: number, message: number, kind: number, payload: number): Status
  vh_acknowledge(bytes: number): Status
  vh_abandon(bytes: number): Status
  vh_resume(bytes: number): Status
  vh_sent(): Status
  vh_release(scan: number): void
}

/** What a scan found out about a picture, as wasm/scanner/report.go writes it. */
export interface ScanReport {
  /** Why the picture's own voucher is not among those of its upload; absent if it is. */
  held?: 'repeat' | 'displaced'
  /** Why the picture was not looked up; absent if it was. */
  reason?: { code: string; message: string }
  /** None if the picture could not be hashed. */
  views: { view: string; pdq: string; quality: number }[]
  /** The probes that ask about a token; the rest of the voucher's is dummies. `flips` are bits of the view's PDQ. */
  probes: { view: string; flips: number[]; dummy: boolean }[]
  alarms: { layer: number; shard: number; block: number; code: string; message: string }[]
}

/** What goes to the server with one picture, and what is to be told about it. */
export interface Sealing {
  vouchers: Uint8Array[]
  receipt: Uint8Array
  report: ScanReport
}

/** A payload's kind, as docs/protocol.md, section 6.2 numbers them. */
export const payloadKinds = { none: 0, derivative: 1, 'media-key': 2 } as const

export class Instance {
  private broken: VeilhashError | undefined

  private constructor(private readonly exports: Exports) {}

  /** Makes a fresh instance, in a few milliseconds. With `print`, what the program writes goes there. */
  static async create(module: WebAssembly.Module, print?: (line: string) => void): Promise<Instance> {
    const wasi = new WASI(print ? { print } : {})
    try {
      const instance = await WebAssembly.instantiate(module, wasi.imports)
      wasi.initialize(instance)
      return Instance.over(instance.exports as unknown as Exports)
    } catch (cause) {
      throw new VeilhashError('wasm-unavailable', 'the scanner could not be started', { cause })
    }
  }

  /** Over exports that exist already. For tests. */
  static over(exports: Exports): Instance {
    return new Instance(exports)
  }

  /** Whether the instance has crashed and must not be used. */
  get poisoned(): boolean {
    return this.broken !== undefined
  }

  /** Bytes of memory that the instance has taken so far. It never gives any back. */
  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength
  }

  /** Makes an account secret, or the successor of one, and returns its file's text, which must be kept secret. */
  newAccount(previous: Uint8Array = new Uint8Array()): Uint8Array {
    this.put(previous)
    this.call(e => e.vh_account_new(previous.length))
    return this.result()
  }

  /**
   * Checks a set against a policy: manifest, policy, endorsement, proof, what was seen, and the proof that the log continues that. Returns what was found and what
   * to remember, as text; throws the code of what the policy does not allow. Needs no open set.
   */
  trust(parts: [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]): Uint8Array {
    this.put(...parts)
    const [manifest, policy, endorsement, proof, seen, consistency] = parts
    this.call(e => e.vh_trust(manifest.length, policy.length, endorsement.length, proof.length, seen.length, consistency.length))
    return this.result()
  }

  /** Reads a manifest and an account file; returns the set's identity (32 bytes). One instance serves one set. */
  open(manifest: Uint8Array, account: Uint8Array): Uint8Array {
    this.put(manifest, account)
    this.call(e => e.vh_open(manifest.length, account.length))
    return this.result()
  }

  /** Checks a shard's list of block digests against the manifest and keeps it. */
  leaves(layer: number, shard: number, leaves: Uint8Array): void {
    this.put(leaves)
    this.call(e => e.vh_leaves(layer, shard, leaves.length))
  }

  /** Checks a downloaded block against its leaf. */
  checkBlock(ref: BlockRef, block: Uint8Array): void {
    this.put(block)
    this.call(e => e.vh_check_block(ref.layer, ref.shard, ref.block, block.length))
  }

  /** Starts on a picture; returns a handle that {@link release} gives back. */
  begin(width: number, height: number): number {
    return this.call(e => e.vh_begin(width, height))
  }

  /** Takes the next whole rows, RGBA, from top to bottom. */
  writeRows(scan: number, rgba: Uint8Array | Uint8ClampedArray): void {
    this.put(rgba)
    this.call(e => e.vh_write_rows(scan, rgba.length))
  }

  /** Follows the last row; true if all rows are wanted once more. */
  endPass(scan: number): boolean {
    return this.call(e => e.vh_end_pass(scan)) === 1
  }

  /** Says that the picture could not be read: the voucher will be one of dummies. */
  fail(scan: number): void {
    this.call(e => e.vh_fail(scan))
  }

  /** PDQ (32 bytes) of the picture as it is. Empty if it has none. */
  features(scan: number): Uint8Array {
    this.call(e => e.vh_features(scan))
    return this.result()
  }

  /** The blocks that the probes need. */
  lookups(scan: number): BlockRef[] {
    this.call(e => e.vh_lookups(scan))
    const bytes = this.result()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const refs: BlockRef[] = []
    for (let at = 0; at < bytes.length; at += 12) {
      refs.push({
        layer: view.getUint32(at, true),
        shard: view.getUint32(at + 4, true),
        block: view.getUint32(at + 8, true),
      })
    }
    return refs
  }

  /**
   * Hands over a block that {@link lookups} asked for. False if it is damaged. The probes of a block that is damaged, or never
   * handed over, become dummies.
   */
  provide(scan: number, ref: BlockRef, block: Uint8Array): boolean {
    this.put(block)
    return this.call(e => e.vh_provide(scan, ref.layer, ref.shard, ref.block, block.length)) === 0
  }

  /** Seals the picture's vouchers. The handle stays valid until {@link release}. */
  seal(scan: number, account: Uint8Array, message: Uint8Array, kind: number, payload: Uint8Array): Sealing {
    this.put(account, message, payload)
    this.call(e => e.vh_seal(scan, account.length, message.length, kind, payload.length))
    const bytes = this.result()
    const view = new DataView(bytes.buffer)
    let at = 12
    const take = (length: number) => bytes.slice(at, (at += length))
    const [count, length, receipt] = [0, 4, 8].map(i => view.getUint32(i, true)) as [number, number, number]
    return {
      vouchers: Array.from({ length: count }, () => take(length)),
      receipt: take(receipt),
      report: JSON.parse(new TextDecoder().decode(bytes.subarray(at))) as ScanReport,
    }
  }

  /** Tells of points that the server has acknowledged: a receipt's, or a memory's. Those of another scope are ignored. */
  acknowledge(receipt: Uint8Array): void {
    this.put(receipt)
    this.call(e => e.vh_acknowledge(receipt.length))
  }

  /** Tells that an upload was given up: its points may go out again. */
  abandon(receipt: Uint8Array): void {
    this.put(receipt)
    this.call(e => e.vh_abandon(receipt.length))
  }

  /** Tells of an upload that is under way: its points must not go out a second time. */
  resume(receipt: Uint8Array): void {
    this.put(receipt)
    this.call(e => e.vh_resume(receipt.length))
  }

  /** What was acknowledged in the running period, behind the scope; it must be kept secret. */
  sent(): Uint8Array {
    this.call(e => e.vh_sent())
    return this.result()
  }

  /** Gives a scan's handle back. A handle that is none is ignored. */
  release(scan: number): void {
    this.guard(e => e.vh_release(scan))
  }

  /** Calls an export; a negative status becomes the error that the result describes. */
  private call(f: (e: Exports) => Status): Status {
    const status = this.guard(f)
    if (status >= 0) return status
    const [code = '', message = ''] = new TextDecoder().decode(this.result()).split('\0')
    throw new VeilhashError(isSDKCode(code) ? code : 'internal', message)
  }

  /** Poisons the instance if the call traps or exits. */
  private guard<T>(f: (e: Exports) => T): T {
    if (this.broken) throw this.broken
    try {
      return f(this.exports)
    } catch (cause) {
      this.broken = new VeilhashError('crashed', undefined, { cause })
      throw this.broken
    }
  }

  /** Copies byte strings, one behind the other, into the input buffer. */
  private put(...parts: (Uint8Array | Uint8ClampedArray)[]): void {
    const length = parts.reduce((sum, p) => sum + p.length, 0)
    let at = this.guard(e => e.vh_input(length)) >>> 0
    const memory = new Uint8Array(this.exports.memory.buffer)
    for (const p of parts) {
      memory.set(p, at)
      at += p.length
    }
  }

  /** A copy of the last call's result. */
  private result(): Uint8Array<ArrayBuffer> {
    const pointer = this.guard(e => e.vh_result_pointer()) >>> 0
    const length = this.guard(e => e.vh_result_length())
    return new Uint8Array(this.exports.memory.buffer as ArrayBuffer, pointer, length).slice()
  }
}
