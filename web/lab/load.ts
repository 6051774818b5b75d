// Loads the laboratory's module and the script of its workers, and checks both before they run.

import { check, fetchFile } from '../src/code'
import { load } from '../src/load'
import { shipped } from './digests'

/** Rejects with a VeilhashError. */
export function loadLab(): Promise<WebAssembly.Module> {
  return load(new URL('lab.wasm', document.baseURI), 'wasm-unavailable', shipped['lab.wasm'])
}

/** An address for workers: of what was checked, not of what the server might answer next. Rejects with a VeilhashError. */
export async function loadWorker(): Promise<string> {
  const url = new URL('lab-worker.js', document.baseURI)
  const bytes = await (await fetchFile(url, 'worker-unavailable')).arrayBuffer()
  await check(url, bytes, shipped['lab-worker.js'])
  return URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' }))
}
