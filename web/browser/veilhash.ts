// The real server for tests: veilhash demo on a free port, with its sample set, in a process of its own.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../test/vectors'

export interface Verdict {
  id: string
  state: string
  matches: number
  threshold: number
  payload?: { kind: string; pdq?: string; image?: string }
}

export interface RealServer {
  url: string
  /** What the server could do with a voucher: asked from here, not from the page. */
  verdict(id: string): Promise<Verdict>
  status(): Promise<{ set: string; vouchers: number; matches: number; threshold: number }>
  /** Ends the process. */
  close(): Promise<void>
}

/** Starts the command with more flags than a free port. Rejects with what it printed if it does not come up. */
export async function startServer(...flags: string[]): Promise<RealServer> {
  return startProcess(process.env.VEILHASH ?? join(root, 'bin/veilhash'), ['demo', '--port', '0', ...flags])
}

/** Starts any program that prints the server's address. */
export async function startProcess(program: string, args: string[]): Promise<RealServer> {
  if (program.includes('/') && !existsSync(program)) throw new Error(`${program} is missing: run "make build" first`)
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const exited = new Promise<void>(resolve => child.on('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not come up:\n${output}`)), 90_000)
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const address = /Open (http:\/\/[\w.:[\]]+)/.exec(output)
      if (!address) return
      clearTimeout(timer)
      resolve(address[1]! + '/')
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('error', reject)
    child.on('exit', code => {
      clearTimeout(timer)
      reject(new Error(`the server ended with exit code ${code}:\n${output}`))
    })
  })
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(new URL(path, url))
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return await response.json() as T
  }
  return {
    url,
    status: () => get('v0/console/status'),
    async verdict(id) {
      for (let i = 0; ; i++) {
        const v = await get<Verdict>(`v0/console/vouchers/${id}`)
        if (v.state !== 'pending' || i === 100) return v
        await new Promise(resolve => setTimeout(resolve, 100))
      }
    },
    async close() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
