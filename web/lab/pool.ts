// The page's side of the workers. All are made when the page loads, so that nothing is fetched afterwards.

import type { FromWorker, PictureRef, ToWorker } from './messages'
import type { Answer, Request } from './types'
import { LabError } from './module'

type Unnumbered = ToWorker extends infer M ? M extends { id: number } ? Omit<M, 'id'> : never : never

/** One worker. */
export class Client {
  private readonly pending = new Map<number, { resolve: (a: Answer<Request>) => void; reject: (e: Error) => void }>()
  private last = 0
  private broken: LabError | undefined

  constructor(private readonly worker: Worker) {
    worker.addEventListener('message', (event: MessageEvent<FromWorker>) => {
      const message = event.data
      const waiting = this.pending.get(message.id)
      this.pending.delete(message.id)
      if ('error' in message) waiting?.reject(new LabError(message.error))
      else waiting?.resolve(message as unknown as Answer<Request>)
    })
    worker.addEventListener('error', event => {
      event.preventDefault()
      this.broken = new LabError('A worker of the laboratory could not be started, or broke down. Reload the page.')
      for (const { reject } of this.pending.values()) reject(this.broken)
      this.pending.clear()
    })
  }

  start(module: WebAssembly.Module): Promise<unknown> {
    return this.send({ do: 'start', module })
  }

  call<R extends Request>(request: R, more: { picture?: PictureRef; bytes?: Uint8Array } = {}): Promise<Answer<R>> {
    return this.send({ do: 'call', request, ...more }) as Promise<Answer<R>>
  }

  private send(message: Unnumbered): Promise<Answer<Request>> {
    if (this.broken) return Promise.reject(this.broken)
    const id = ++this.last
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject })
      this.worker.postMessage({ ...message, id })
    })
  }
}

/** Workers for work that comes in many pieces. */
export class Pool {
  constructor(private readonly clients: readonly Client[]) {}

  /** Tells all of them. */
  async all<R extends Request>(request: R, bytes?: Uint8Array): Promise<void> {
    await Promise.all(this.clients.map(c => c.call(request, bytes ? { bytes } : {})))
  }

  /** Does the pieces, as many at a time as there are workers, until all are done or the signal says stop. Pieces handle their own failures. */
  async each<T>(pieces: readonly T[], signal: AbortSignal, work: (client: Client, piece: T) => Promise<void>): Promise<void> {
    let next = 0
    await Promise.all(this.clients.map(async client => {
      while (next < pieces.length && !signal.aborted) await work(client, pieces[next++]!)
    }))
  }
}

/** Runs only the latest of what is asked for while something runs. */
export function latest(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let again = false
  return () => {
    again = true
    running ??= (async () => {
      try {
        while (again) {
          again = false
          await run()
        }
      } finally {
        running = undefined
      }
    })()
    return running
  }
}
