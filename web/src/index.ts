/**
 * Scans pictures on the device before an application encrypts them, and seals a voucher for each.
 *
 * ```js
 * import { createAccount, createScanner } from './veilhash.js'
 *
 * const wasmURL = '/scanner.wasm'
 * const account = await createAccount({ wasmURL }) // once a user; keep it on the device
 * const scanner = await createScanner({ wasmURL, account, setURL: '/set/' })
 * const { voucher, report } = await scanner.seal(file, { account: 'alice', message: messageID })
 * ```
 *
 * - {@link createScanner} and {@link Scanner.seal} are what most applications need.
 * - {@link parseVoucher} and {@link parseManifest} take apart what is sent and fetched, for those who show or check it.
 *
 * @module
 */

export { createAccount, createScanner } from './scanner'
export type { Scanner } from './scanner'
export { VeilhashError } from './errors'
export type { Alarm, AlarmCode, ErrorCode } from './errors'
export { formatManifest, parseManifest, setBytes, shardShape } from './manifest'
export type { BlockRef, Layer, Manifest, Shard, ShardShape } from './manifest'
export { parseVoucher } from './voucher'
export type { Field, FieldSpan, Voucher } from './voucher'
export type {
  Binding, Payload, ProbeReport, Progress, Report, ScannerOptions, Sealed, SealOptions, SetInfo, Source, Timings, WasmOptions,
} from './types'
