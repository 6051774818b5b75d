// Errors: one class, told apart by a code. Codes come from two tables: that of the Go SDK, from which `codes.ts` is
// generated, and the one below, for what can only go wrong in a browser.

import { sdkCodes } from './codes'

/** What can go wrong outside the WebAssembly scanner, each with its sentence. */
export const clientCodes = {
  'options-invalid': 'the options contradict each other or one is missing',
  'source-invalid': 'what was given to be scanned is no Blob, File or ImageBitmap',
  'wasm-unavailable': 'the scanner could not be loaded',
  'hasher-module-missing': 'the set names a hash for which a second module is needed, and that could not be loaded: deploy scanner-classic.wasm beside scanner.wasm',
  'worker-unavailable': 'the worker could not be started: a page with a content security policy needs worker-src blob:',
  'code-digest': 'a file of the scanner is not the one that belongs to this code: do not use this page, and tell those who run it',
  'set-unreachable': 'the hash set could not be downloaded',
  'set-damaged': 'the hash set that the server sends does not agree with its digests',
  'store-failed': 'the hash set could not be kept in this browser',
  'passphrase-short': 'the passphrase is shorter than eight bytes',
  'passphrase-wrong': 'this is not the passphrase that the account was exported under',
  'export-format': 'this is no exported account',
  'export-damaged': 'the exported account was altered on its way',
  'export-cost': 'the exported account asks for more work than is allowed',
  'crashed': 'the scanner broke down; a fresh one takes its place',
  'closed': 'the scanner has been closed',
} as const

/** Codes of an alarm or a warning in a report: nothing is thrown for them, because a voucher must not be missing. */
export const reportCodes = {
  'picture-empty': 'the file is empty',
  'picture-too-large': 'the picture has more pixels than are decoded',
  'picture-undecodable': 'the browser cannot decode the file as a picture',
  'canvas-perturbed': 'the browser changes pixels that are read from a canvas: the hash may be a few bits off',
  'canvas-blocked': 'the browser does not let a page read pixels: the picture was not looked up',
  'set-rolled-back': 'the server offers an older set than the one in use, which stays in use',
  'set-outdated': 'the server\'s current set could not be fetched: the previous one is in use',
  'scanner-crashed': 'the scanner broke down on this picture: the voucher is one of dummies',
  'payload-too-small': 'no derivative of the picture fits into the payload: it was left out',
  'sent-unkept': 'what was sent cannot be remembered in this browser: repeats will show',
} as const

/** A code that a {@link VeilhashError} carries. */
export type ErrorCode = keyof typeof sdkCodes | keyof typeof clientCodes

/** A code that an alarm in a report carries. */
export type AlarmCode = keyof typeof reportCodes | keyof typeof sdkCodes

/** An alarm: something was not as it should be, and the voucher was sealed all the same. */
export interface Alarm {
  code: AlarmCode
  message: string
}

/** Every error that this package throws or rejects with. Branch on {@link VeilhashError.code}, not on the message. */
export class VeilhashError extends Error {
  override readonly name = 'VeilhashError'
  readonly code: ErrorCode

  /** `detail` says what this case was; without it the message is the code's own sentence. */
  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(`veilhash: ${detail ?? sentence(code)}`, options)
    this.code = code
  }
}

/** The sentence that belongs to a code. */
export function sentence(code: ErrorCode | AlarmCode): string {
  return { ...sdkCodes, ...clientCodes, ...reportCodes }[code]
}

/** An alarm with its code's sentence, or with a detail of its own. */
export function alarm(code: AlarmCode, detail?: string): Alarm {
  return { code, message: detail ?? sentence(code) }
}

/** Whether a text is one of the SDK's codes, as the WebAssembly boundary hands them over. */
export function isSDKCode(code: string): code is keyof typeof sdkCodes {
  return Object.hasOwn(sdkCodes, code)
}

/** Whether a text is a code that an error carries. */
export function isErrorCode(code: string): code is ErrorCode {
  return isSDKCode(code) || Object.hasOwn(clientCodes, code)
}

/** What an error looks like between threads: classes do not survive structured cloning. */
export interface WireError {
  code: ErrorCode
  detail: string
}

export function toWire(err: unknown): WireError {
  if (err instanceof VeilhashError) return { code: err.code, detail: err.message.replace(/^veilhash: /, '') }
  return { code: 'crashed', detail: `unexpected: ${err instanceof Error ? err.message : String(err)}` }
}

export function fromWire(err: WireError): VeilhashError {
  return new VeilhashError(err.code, err.detail)
}
