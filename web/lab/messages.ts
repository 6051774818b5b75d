// What the page and a worker say to each other.

import type { Request } from './types'

/** A picture's file, for the worker to open if it does not have it. */
export interface PictureRef { key: number; file: Blob }

export type ToWorker =
  | { id: number; do: 'start'; module: WebAssembly.Module }
  | { id: number; do: 'call'; request: Request; picture?: PictureRef; bytes?: Uint8Array }

export type FromWorker =
  | { id: number; answer: unknown; bytes: Uint8Array<ArrayBuffer> }
  | { id: number; error: string }
