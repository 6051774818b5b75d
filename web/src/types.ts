// What goes in and comes out: the types of the public interface.

import type { Digests } from './code'
import type { Alarm } from './errors'
import type { Source } from './pixels'
import type { Progress } from './set'
import type { Transparency } from './trust'

export type { Alarm, Progress, Source, Transparency }

/** What a voucher belongs to. The server must learn both from the message that the voucher comes with. */
export interface Binding {
  /** The application's name for the account: 1 to 65,535 bytes of UTF-8. */
  account: string
  /** The message's name, or the digest of its ciphertext: 1 to 65,535 bytes of UTF-8. */
  message: string
}

/**
 * What the server can read once the account has reached the set's threshold of matches:
 * - `none`: nothing
 * - `derivative`: PDQ (32 bytes), then a small grey JPEG, made from the picture; nothing where that cannot be made
 * - `media-key`: the key of the message's ciphertext
 *
 * It lies open in every match, so it is one for all of an account's pictures: an option of the scanner. The set's manifest says which are allowed.
 */
export type PayloadKind = 'none' | 'derivative' | 'media-key'

export interface SealOptions {
  /** The key of the message's ciphertext: for a scanner of payload kind `media-key`, and only for that. */
  mediaKey?: Uint8Array
}

/** One probe as the report shows it. */
export interface ProbeReport {
  /** The view of the picture that it comes from, as the manifest names it; empty for a dummy. */
  view: string
  /** The bits of that view's PDQ that were inverted, 0 to 255, by rising margin. */
  flips: number[]
  /** Whether it asks about a token. A dummy asks about nothing. */
  real: boolean
}

/** Milliseconds that the stages of a scan took. */
export interface Timings {
  decode: number
  hash: number
  lookup: number
  payload: number
  seal: number
  total: number
}

/** What happened on the device. It does not say whether the picture matched: the device cannot know. */
export interface Report {
  /** `jpeg`, `png`, `gif`, `webp`, `bmp`, `bitmap` or `unknown`. */
  type: string
  /** Size in pixels, upright; 0 if the picture could not be decoded. */
  width: number
  height: number
  /** What the pictures of the set are hashed with, as the manifest names it: PDQ, or one of goimagehash's hashes, as in `phash-64`. */
  hasher: string
  /** The picture's hash in hex, as that hash's own tools print it; absent if it could not be hashed. */
  hash?: string
  /** The same, if it is PDQ: bit 255 first. */
  pdq?: string
  /** PDQ quality, 0 to 100. */
  quality?: number
  /** Hash and quality of every view of the picture that the set's scheme hashes; none if it could not be hashed. A hash shorter than PDQ has zeros in front. */
  views: { view: string; pdq: string; quality: number }[]
  /** The probes, real ones first. In the voucher they are shuffled. */
  probes: ProbeReport[]
  /** Whatever was not as it should be. The voucher was sealed all the same. */
  alarms: Alarm[]
  /** Bytes of the payload, of at most the manifest's payload size less 4. */
  payloadBytes: number
  timings: Timings
}

/** What goes to the server with one picture. */
export interface Upload {
  /**
   * One voucher, or two where the set has synthetic ones. All are sent with the message, in this order; and again, byte for byte, until the server has
   * acknowledged each.
   */
  vouchers: Uint8Array[]
  /** Names what was sent, for {@link Scanner.acknowledge}. It is secret: keep it on the device, with the vouchers for as long as they may have to be sent again. */
  receipt: Uint8Array
  /**
   * Why the picture's own voucher is not among the vouchers; absent if it is. It does not depend on what the picture shows.
   * - `repeat`: the picture was sent before in this period, and counts no second time
   * - `displaced`: two synthetic vouchers were due; the picture counts if it is sent again some day. Do not send it again for that: it would show
   */
  held?: 'repeat' | 'displaced'
  report: Report
}

/** The set that a scanner uses. */
export interface SetInfo {
  /** The set's identity in hex: the SHA-256 of its manifest. */
  id: string
  epoch: number
  /** Entries that the set has room for; it does not say how many are used. */
  capacity: number
  /** Its tables: the base, and what was added since. */
  layers: number
  /** Bytes of all shards. */
  bytes: number
  threshold: number
  /** The most synthetic vouchers of an account and period. With any, every upload has two vouchers. */
  synthetics: number
  /** When the running accounting period ends, in milliseconds since 1970: the account's matches count anew from then on. */
  periodEnds: number
  /** Bytes that a payload may have. */
  payload: number
  scheme: string
  /** What clients hash pictures with, as the manifest names it. */
  hasher: string
  /** The kinds of payload that vouchers may carry: `none`, or some of `derivative` and `media-key` with a comma between. */
  kinds: string
  /** How many curators had to recognise an entry. */
  require: number
  /** Where the set is kept on this device. */
  store: 'opfs' | 'indexeddb' | 'memory'
  /** Who speaks for the set, as the policy's check found; absent without a policy. */
  transparency?: Transparency
  /** Standing alarms: an outdated set, missing parts, a browser that changes pixels. Every report repeats them. */
  alarms: Alarm[]
}

/** What the files that the package loads are held to. */
export interface CodeOptions {
  /**
   * The SHA-256 of files that are not those that came with this module, in hex: for an application that builds its own. Every file is hashed before it runs, and refused with
   * `code-digest` if it is not the one that is expected; by default, the one that this module was built with.
   */
  digests?: Digests
}

interface CommonOptions extends CodeOptions {
  /** Address of the folder that holds the set's manifest and shards. */
  setURL: string | URL
  /** The account file's text, from {@link createAccount} or the command line. It must be kept secret. */
  account: Uint8Array | string
  /**
   * The policy's text (docs/protocol.md, section 11.3): which curators, log and witnesses the application trusts, and the least that a set must have. It comes with the
   * application, never from the set's server. A set that it does not allow is refused with one of the codes `policy-…`. Without a policy nothing is asked of a set, and its operator
   * could make one for each user.
   */
  policy?: Uint8Array | string
  /** Address of the public log's files; by default the folder `log` beside the set's. */
  logURL?: string | URL
  /** What vouchers carry: `none` by default. It must stay the same for an account, on all of its devices. */
  payload?: PayloadKind
  /** Told how the set's download goes. */
  onProgress?: (progress: Progress) => void
  /** `true` by default: scan in a Web Worker. `false` scans on the calling thread, which blocks it. */
  worker?: boolean
  /** Address of `veilhash-worker.js`; by default beside this module. */
  workerURL?: string | URL
  /**
   * Address of `scanner-classic.wasm`; by default beside `wasmURL`. It is fetched only under a set whose pictures are hashed with one of goimagehash's hashes
   * instead of PDQ; where it is needed and not there, `hasher-module-missing` is thrown.
   */
  classicURL?: string | URL
  /** The same module, compiled, instead of its address. */
  classicModule?: WebAssembly.Module
  /** Print what the scanner writes to the console. */
  debug?: boolean
}

/** Where the scanner's WebAssembly comes from: exactly one of an address and a compiled module. The latter is not checked, unless it comes from {@link loadScanner}. */
export type WasmOptions = CodeOptions & (
  | { wasmURL: string | URL; wasmModule?: undefined }
  | { wasmModule: WebAssembly.Module; wasmURL?: undefined }
)

/** Where `transfer.wasm` comes from, and what runs it. */
export type TransferOptions = WasmOptions & {
  /** `true` by default: work in a Web Worker. `false` blocks the calling thread for a second. */
  worker?: boolean
  /** Address of `veilhash-worker.js`; by default beside this module. */
  workerURL?: string | URL
}

export type ScannerOptions = CommonOptions & WasmOptions
