// What the page and its worker say to each other.

import type { WireError } from './errors'
import type { Digests } from './code'
import type { Job } from './engine'
import type { Loaded } from './load'
import type { TrustOptions } from './trust'
import type { PayloadKind, Progress, SetInfo, Upload } from './types'

/** Sent once, before anything else. */
export interface StartRequest {
  do: 'start'
  module: Loaded
  /** Where the module for goimagehash's hashes is. It is loaded in the worker, and only under a set that needs it. */
  classic?: string | Loaded
  /** What is loaded in the worker is held to these. */
  digests: Digests
  setURL: string
  account: Uint8Array
  payload: PayloadKind
  trust?: TrustOptions
  /** Names the page: uploads that are under way are its own. */
  holder: string
  /** Receipts that the page has, of uploads that were sealed before this worker began. */
  underWay: Uint8Array[]
  debug: boolean
}

/** What became of uploads. */
export interface SettleRequest {
  do: 'acknowledge' | 'abandon' | 'resume'
  receipts: Uint8Array[]
}

/** An account on its way to or from another device: asked of a worker that does nothing else. */
export interface TransferRequest {
  do: 'transfer'
  what: 'export' | 'import'
  module: WebAssembly.Module
  /** The account's file, or the text. */
  subject: Uint8Array
  passphrase: Uint8Array
}

export type Request = StartRequest | TransferRequest | SettleRequest | { do: 'seal'; job: Job } | { do: 'sent' } | { do: 'refresh' } | { do: 'close' }

/** What a request is answered with. */
export interface Answers {
  start: SetInfo
  refresh: SetInfo
  seal: Upload & { set: SetInfo }
  acknowledge: null
  abandon: null
  resume: null
  sent: Uint8Array
  transfer: Uint8Array
  close: null
}

export interface ToWorker {
  id: number
  request: Request
}

export type FromWorker =
  | { id: number; value: Answers[keyof Answers] }
  | { id: number; error: WireError }
  | { progress: Progress }
