// The laboratory's other half, built natively: the same requests on standard streams (wasm/lab/doc.go), to compare WebAssembly with.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { frame, parseFrame } from '../lab/module'
import { root } from './vectors'

export interface Native {
  call(request: object, ...parts: Uint8Array[]): Promise<{ answer: unknown; bytes: Uint8Array<ArrayBuffer> }>
  /** A folder with the sample pictures. */
  samples: string
  close(): void
}

export function startNative(): Native {
  const folder = mkdtempSync(join(tmpdir(), 'veilhash-lab-'))
  const program = join(folder, 'lab')
  execFileSync('go', ['build', '-o', program, './wasm/lab'], { cwd: root, stdio: 'inherit' })
  const samples = join(folder, 'samples')
  execFileSync('scripts/samples.sh', [samples], { cwd: root, stdio: 'inherit' })
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
  let received = Buffer.alloc(0)
  let wake: (() => void) | undefined
  child.stdout.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    wake?.()
  })
  let ended = false
  child.on('exit', () => {
    ended = true
    wake?.()
  })
  const take = async (n: number): Promise<Buffer> => {
    while (received.length < n) {
      if (ended) throw new Error('the native laboratory ended')
      await new Promise<void>(resolve => { wake = resolve })
    }
    const out = received.subarray(0, n)
    received = received.subarray(n)
    return out
  }
  return {
    samples,
    async call(request, ...parts) {
      const whole = Buffer.concat(frame(request, parts))
      const length = Buffer.alloc(4)
      length.writeUInt32LE(whole.length)
      child.stdin.write(Buffer.concat([length, whole]))
      const answer = await take((await take(4)).readUInt32LE())
      return parseFrame(new Uint8Array(answer))
    },
    close() {
      child.stdin.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
