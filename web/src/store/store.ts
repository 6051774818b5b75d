// Where a set's shards are kept on the device. A store keeps bytes under a digest and knows nothing of what they mean: what is
// read from it is verified by whoever reads it.
//
// Three implementations pass one behaviour suite (test/store-suite.ts): the Origin Private File System, IndexedDB for browsers or modes
// without it, and memory where nothing can be kept.

/** A range of bytes. */
export interface Span {
  offset: number
  length: number
}

/** Appends to one file. Only one writer a file at a time: callers hold a lock. */
export interface ShardWriter {
  /** Appends. What has been written may be lost in a crash until {@link close}; what is there afterwards is a prefix. */
  write(bytes: Uint8Array): Promise<void>
  /** Must be called, whatever went wrong. */
  close(): Promise<void>
}

/** Files by digest, and small texts by name. Every method may reject with `store-failed`. */
export interface ShardStore {
  readonly kind: 'opfs' | 'indexeddb' | 'memory'
  /** Bytes that are there, 0 for none. */
  size(digest: string): Promise<number>
  /** Opens a file for appending, after cutting it to `length`. */
  append(digest: string, length: number): Promise<ShardWriter>
  /** Reads ranges, in the order in which they are asked for. A range that is not wholly there is undefined. */
  read(digest: string, spans: Span[]): Promise<(Uint8Array | undefined)[]>
  remove(digest: string): Promise<void>
  /** The digests of all files. */
  list(): Promise<string[]>
  /** A small text, undefined if there is none. */
  text(name: string): Promise<string | undefined>
  /** Replaces a small text. */
  setText(name: string, text: string): Promise<void>
  close(): void
}
