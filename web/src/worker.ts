// The worker's entry point: bundled as veilhash-worker.js.

import { toWire } from './errors'
import type { FromWorker, ToWorker } from './messages'
import { Server } from './serve'

const post = (message: FromWorker): void => self.postMessage(message)
const server = new Server(progress => post({ progress }))

self.addEventListener('message', async (event: MessageEvent<ToWorker>) => {
  const { id, request } = event.data
  try {
    post({ id, value: await server.answer(request) })
  } catch (err) {
    post({ id, error: toWire(err) })
  }
})
