/**
 * Scans pictures on the device before an application encrypts them, and seals a voucher for each.
 *
 * ```js
 * import { createAccount, createScanner } from './veilhash.js'
 *
 * const wasmURL = '/scanner.wasm'
 * const account = await createAccount({ wasmURL }) // once a user; keep it on the device
 * const scanner = await createScanner({ wasmURL, account, setURL: '/set/' })
 * const { vouchers, receipt } = await scanner.seal(file, { account: 'alice', message: messageID })
 * // … send all vouchers with the message; when the server has them:
 * await scanner.acknowledge(receipt)
 * ```
 *
 * - {@link createScanner}, {@link Scanner.seal} and {@link Scanner.acknowledge} are what most applications need.
 * - {@link parseVoucher} and {@link parseManifest} take apart what is sent and fetched, for those who show or check it.
 *
 * @module
 */

export { exportAccount, importAccount } from './transfer'
export { createAccount, createScanner, loadScanner, rotateAccount } from './scanner'
export type { CodeFile, Digests, RunningCode, RunningFile } from './code'
export type { Scanner } from './scanner'
export { VeilhashError } from './errors'
export type { Alarm, AlarmCode, ErrorCode } from './errors'
export { formatManifest, parseManifest, setBytes, shardShape } from './manifest'
export type { BlockRef, Layer, Manifest, Shard, ShardShape } from './manifest'
export { parseVoucher } from './voucher'
export type { Field, FieldSpan, Voucher } from './voucher'
export type {
  Binding, CodeOptions, PayloadKind, ProbeReport, Progress, Report, ScannerOptions, SealOptions, SetInfo, Source, Timings, TransferOptions, Transparency, Upload,
  WasmOptions,
} from './types'
