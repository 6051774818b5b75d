// A small server for tests of the package alone: the built files, a set, and whatever faults a test wants. The whole way is tested
// against the real server, in demo.test.ts.

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { plainManifest, goldenShards, root } from '../test/vectors'

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', wasm: 'application/wasm', svg: 'image/svg+xml', json: 'application/json',
}

/** Answers a request, or returns false to leave it to the usual answer. */
export type Handler = (path: string, request: IncomingMessage, response: ServerResponse) => boolean | void | Promise<boolean | void>

export interface Static {
  url: string
  /** Paths of all requests so far. */
  requests: string[]
  /** What is asked first; a test may replace it. */
  handler: Handler
  /** What /set/ holds: `manifest` and shards by name. */
  set: Map<string, Uint8Array>
  close(): Promise<void>
}

/** The golden set as files. */
export function goldenFiles(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([['manifest', new TextEncoder().encode(plainManifest())]])
  for (const [digest, bytes] of goldenShards()) files.set(`${digest}.shard`, bytes)
  return files
}

export async function serveStatic(): Promise<Static> {
  const self: Static = { url: '', requests: [], handler: () => false, set: goldenFiles(), close: async () => {} }
  const server: Server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)
    self.requests.push(path)
    try {
      if (await self.handler(path, request, response)) return
      const [type, body] = await content(self, path)
      send(request, response, type, body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  self.close = () => new Promise(resolve => {
    server.closeAllConnections()
    server.close(() => resolve())
  })
  return self
}

async function content(self: Static, path: string): Promise<[string, Uint8Array]> {
  if (path === '/') return ['text/html; charset=utf-8', new TextEncoder().encode('<!doctype html><title>test</title>')]
  if (path.startsWith('/set/')) {
    const bytes = self.set.get(path.slice(5))
    if (!bytes) throw new Error('no such file')
    return ['application/octet-stream', bytes]
  }
  const type = types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  // The tests' own pages and bundles, then the built package.
  for (const folder of ['web/.build/page', 'web/dist']) {
    const bytes = await readFile(join(root, folder, path)).catch(() => undefined)
    if (bytes) return [type, bytes]
  }
  throw new Error('no such file')
}

/** Sends bytes, or the range that was asked for. */
export function send(request: IncomingMessage, response: ServerResponse, type: string, body: Uint8Array): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? -1)
  if (from >= 0) {
    response.writeHead(206, { 'content-type': type, 'content-range': `bytes ${from}-${body.length - 1}/${body.length}`, 'cache-control': 'no-store' })
    response.end(body.subarray(from))
  } else {
    response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'cache-control': 'no-store' })
    response.end(body)
  }
}
