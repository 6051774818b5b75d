// How the page reaches the engine: through a worker, or directly on its own thread.

import { check, expected, fetchFile } from './code'
import type { Digests } from './code'
import { fromWire, VeilhashError } from './errors'
import type { Answers, FromWorker, Request, ToWorker } from './messages'
import { address } from './options'
import { Server } from './serve'
import type { Progress } from './types'

export interface Connection {
  ask<K extends Request['do']>(request: Request & { do: K }): Promise<Answers[K]>
  /** Rejects whatever is pending with this error and lets go of the engine. */
  end(err: VeilhashError): void
}

/** A worker's script, as it was fetched and checked. */
export interface WorkerScript {
  url: string
  sha256: string
  text: Blob
}

/**
 * Fetches the worker's script and checks it. A worker is then made of what was fetched: a second request, by the worker itself, might be answered otherwise, and no attribute of
 * its could tell. Rejects with `worker-unavailable` or `code-digest`.
 */
export async function workerScript(options: { workerURL?: string | URL; digests?: Digests }): Promise<WorkerScript> {
  const url = options.workerURL === undefined ? new URL('veilhash-worker.js', import.meta.url) : address('workerURL', options.workerURL)
  const want = expected(options)['veilhash-worker.js']
  const bytes = await (await fetchFile(url, 'worker-unavailable')).arrayBuffer().catch(cause => {
    throw new VeilhashError('worker-unavailable', undefined, { cause })
  })
  return { url: url.href, sha256: await check(url, bytes, want), text: new Blob([bytes], { type: 'text/javascript' }) }
}

/** An engine in a worker. `onDeath` is told when the worker itself breaks down; the connection is useless after that. */
export class WorkerConnection implements Connection {
  private readonly pending = new Map<number, { resolve: (value: never) => void; reject: (err: Error) => void }>()
  private readonly worker: Worker
  private readonly address: string
  private last = 0
  private started = false
  private dead: VeilhashError | undefined

  constructor(script: WorkerScript, onProgress: (progress: Progress) => void, onDeath: (err: VeilhashError) => void) {
    this.address = URL.createObjectURL(script.text)
    try {
      this.worker = new Worker(this.address, { type: 'module', name: 'veilhash' })
    } catch (cause) {
      URL.revokeObjectURL(this.address)
      throw new VeilhashError('worker-unavailable', undefined, { cause })
    }
    this.worker.onmessage = (event: MessageEvent<FromWorker>) => {
      const message = event.data
      if (!this.started) URL.revokeObjectURL(this.address)
      this.started = true
      if ('progress' in message) return onProgress(message.progress)
      const call = this.pending.get(message.id)
      this.pending.delete(message.id)
      if ('error' in message) call?.reject(fromWire(message.error))
      else call?.resolve(message.value as never)
    }
    const die = (event: Event): void => {
      event.preventDefault()
      // Before its first word it is the script that could not be loaded.
      const err = new VeilhashError(this.started ? 'crashed' : 'worker-unavailable')
      this.end(err)
      onDeath(err)
    }
    this.worker.onerror = die
    this.worker.onmessageerror = die
  }

  ask<K extends Request['do']>(request: Request & { do: K }): Promise<Answers[K]> {
    if (this.dead) return Promise.reject(this.dead)
    const id = ++this.last
    return new Promise<Answers[K]>((resolve, reject) => {
      this.pending.set(id, { resolve, reject })
      const message: ToWorker = { id, request }
      try {
        this.worker.postMessage(message)
      } catch (cause) {
        this.pending.delete(id)
        reject(new VeilhashError('source-invalid', 'the picture cannot be handed to the worker', { cause }))
      }
    })
  }

  end(err: VeilhashError): void {
    this.dead = err
    this.worker.terminate()
    URL.revokeObjectURL(this.address)
    for (const call of this.pending.values()) call.reject(err)
    this.pending.clear()
  }
}

/** An engine on this thread. */
export class DirectConnection implements Connection {
  private readonly server: Server
  private dead: VeilhashError | undefined

  constructor(onProgress: (progress: Progress) => void) {
    this.server = new Server(onProgress)
  }

  async ask<K extends Request['do']>(request: Request & { do: K }): Promise<Answers[K]> {
    if (this.dead) throw this.dead
    const value = await this.server.answer(request)
    if (this.dead) throw this.dead
    return value as Answers[K]
  }

  end(err: VeilhashError): void {
    this.dead = err
    void this.server.answer({ do: 'close' })
  }
}
