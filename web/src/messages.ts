// What the page and its worker say to each other.

import type { WireError } from './errors'
import type { Job } from './engine'
import type { Progress, Sealed, SetInfo } from './types'

/** Sent once, before anything else. */
export interface StartRequest {
  do: 'start'
  module: WebAssembly.Module
  setURL: string
  account: Uint8Array
  debug: boolean
}

export type Request = StartRequest | { do: 'seal'; job: Job } | { do: 'refresh' } | { do: 'close' }

/** What a request is answered with. */
export interface Answers {
  start: SetInfo
  refresh: SetInfo
  seal: Sealed & { set: SetInfo }
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
