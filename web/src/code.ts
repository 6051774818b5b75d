// The code that runs, and whether it is what was published: every file that this package loads is hashed before it runs, and what runs is compared with the code that the
// public log says is in force (docs/protocol.md, section 11.1). Workers and WebAssembly have no integrity attributes, so this is theirs.

import { shipped } from './digests'
import { VeilhashError } from './errors'
import type { ErrorCode } from './errors'

/** A file that the package loads, by what it is; it may be served under any name. */
export type CodeFile = 'veilhash-worker.js' | 'scanner.wasm' | 'scanner-classic.wasm' | 'transfer.wasm'

/** The SHA-256 of files, in lower-case hex. */
export type Digests = Partial<Record<CodeFile, string>>

/** A file of the code that runs in this page. */
export interface RunningFile {
  /** As the log's entry names it; if it does not, the last part of its address. */
  name: string
  /** Its SHA-256 in hex; empty if it could not be read. */
  sha256: string
  /**
   * - `logged`: the log's entry has this file with this digest
   * - `differs`: the log's entry has another digest for it
   * - `unlogged`: the log's entry does not name it
   * - `unreadable`: nothing can be said of it, for instance of a module that the page has compiled by itself
   */
  state: 'logged' | 'differs' | 'unlogged' | 'unreadable'
}

/**
 * The code that runs, as it names itself: this module, its worker and its WebAssembly, and the scripts and styles that the page's document has. Code that was
 * altered by whoever serves it can say anything here, so this finds mistakes, stale caches and changes by others; `veilhash release verify` asks from outside.
 */
export interface RunningCode {
  files: RunningFile[]
  /** Whether all of them are `logged`. */
  match: boolean
}

/** A file and where it came from. The digest is empty if it is not known. */
export interface Found {
  url: string
  sha256: string
}

/** The digests to hold files to: those that the package was built with, but where the options have others. */
export function expected(options: { digests?: Digests | undefined }): Digests {
  const given: unknown = options.digests ?? {}
  if (typeof given !== 'object' || given === null) throw new VeilhashError('options-invalid', 'digests must be an object: names of files, each with its SHA-256 in hex')
  for (const [name, digest] of Object.entries(given)) {
    if (!files.includes(name as CodeFile)) throw new VeilhashError('options-invalid', `digests: there is no file ${name}; there are ${files.join(', ')}`)
    if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) throw new VeilhashError('options-invalid', `digests: ${name} must have 64 digits of lower-case hex`)
  }
  return { ...shipped, ...given }
}

const files: CodeFile[] = ['veilhash-worker.js', 'scanner.wasm', 'scanner-classic.wasm', 'transfer.wasm']

/** The last part of an address, for messages. */
export const last = (url: URL | string): string => new URL(url).pathname.split('/').at(-1)!

/** Fetches a file. Rejects with the code that is given where it cannot be had. */
export async function fetchFile(url: URL, code: ErrorCode): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url)
  } catch (cause) {
    throw new VeilhashError(code, `${last(url)} could not be loaded`, { cause })
  }
  if (!response.ok) throw new VeilhashError(code, `the server answered ${response.status} for ${last(url)}`)
  return response
}

/** Throws `code-digest` if a file is not the one that is expected. Where no digest is known, any will do. Returns the file's own. */
export async function check(url: URL, bytes: BufferSource, want: string | undefined): Promise<string> {
  const got = await sha256(bytes)
  if (want !== undefined && got !== want) {
    throw new VeilhashError('code-digest', `${last(url)} is not the file that belongs to this code: its SHA-256 is ${got}, not ${want}`)
  }
  return got
}

async function sha256(bytes: BufferSource): Promise<string> {
  if (!globalThis.crypto?.subtle) throw new VeilhashError('code-digest', 'code cannot be checked here: this page needs HTTPS')
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), b => b.toString(16).padStart(2, '0')).join('')
}

/** This module and what the document loads, as the browser has them: from its cache where they are there. */
export async function pageCode(): Promise<Found[]> {
  const urls = new Set([import.meta.url])
  if (typeof document !== 'undefined') {
    for (const e of document.querySelectorAll<HTMLScriptElement | HTMLLinkElement>('script[src], link[rel~=stylesheet], link[rel~=modulepreload]')) {
      urls.add('src' in e ? e.src : e.href)
    }
  }
  return Promise.all([...urls].map(async url => {
    try {
      const response = await fetch(url, { cache: 'force-cache' })
      return { url, sha256: response.ok ? await sha256(await response.arrayBuffer()) : '' }
    } catch {
      return { url, sha256: '' }
    }
  }))
}

/** Compares what runs with what the log's entry has. */
export function compare(running: readonly Found[], logged: readonly { name: string; digest: string }[]): RunningCode {
  const compared = running.map(({ url, sha256 }): RunningFile => {
    const parts = new URL(url).pathname.split('/')
    // The entry's names are relative to the folder that was released; the longest that fits is meant.
    const named = parts.map((_, i) => logged.find(f => f.name === parts.slice(i).join('/'))).find(f => f)
    const name = named?.name ?? parts.at(-1)!
    if (!sha256) return { name, sha256, state: 'unreadable' }
    if (!named) return { name, sha256, state: 'unlogged' }
    return { name, sha256, state: named.digest === sha256 ? 'logged' : 'differs' }
  })
  compared.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { files: compared, match: compared.length > 0 && compared.every(f => f.state === 'logged') }
}
