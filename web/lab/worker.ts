// A worker of the laboratory: bundled as lab-worker.js. It answers one request after another, and remembers the last pictures.

import { decode, strips } from '../src/pixels'
import type { FromWorker, PictureRef, ToWorker } from './messages'
import { LabError, Module, sentence } from './module'

/** Pictures that an instance holds at a time: some tens of megabytes each. */
const KEPT = 2

let wasm: WebAssembly.Module
let instance: Module
/** The set's bytes, for a fresh instance. */
let set: Uint8Array | undefined
let held: number[] = []

async function start(): Promise<void> {
  instance = await Module.create(wasm)
  held = []
  if (set) instance.call({ op: 'set' }, set)
}

async function answer(message: ToWorker): Promise<{ answer: unknown; bytes: Uint8Array<ArrayBuffer> }> {
  if (message.do === 'start') {
    wasm = message.module
    await start()
    return { answer: {}, bytes: new Uint8Array() }
  }
  const { request, picture, bytes } = message
  if (instance.spent) await start()
  if (request.op === 'set') set = bytes
  if (!picture) return instance.call(request, bytes ?? new Uint8Array())
  if (request.op === 'open') return open(picture, request.side)
  if (!held.includes(picture.key)) await open(picture, 0)
  // The one used last stays longest.
  held = [...held.filter(k => k !== picture.key), picture.key]
  return instance.call({ ...request, key: picture.key })
}

/** Opens a file by the module's own decoders, which are those of the measurements, or by the browser's if the module has none for it. */
async function open({ key, file }: PictureRef, side: number): Promise<{ answer: object; bytes: Uint8Array<ArrayBuffer> }> {
  while (held.length >= KEPT) instance.call({ op: 'close', key: held.shift() })
  const bytes = new Uint8Array(await file.arrayBuffer())
  let done: { answer: unknown; bytes: Uint8Array<ArrayBuffer> }
  let decoder = 'module'
  try {
    done = instance.call({ op: 'open', key, side }, bytes)
  } catch (err) {
    if (!(err instanceof LabError) || instance.spent) throw err
    const pixels = await decodedByBrowser(file)
    if (!pixels) throw err
    decoder = 'browser'
    done = instance.call({ op: 'pixels', key, side, length: bytes.length, width: pixels.width, height: pixels.height }, bytes, pixels.rgba)
  }
  held.push(key)
  return { answer: { ...done.answer as object, decoder }, bytes: done.bytes }
}

/** What the browser makes of a file of a format that the module does not decode. A damaged JPEG or PNG stays refused. */
async function decodedByBrowser(file: Blob): Promise<{ width: number; height: number; rgba: Uint8Array } | undefined> {
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer())
  const brand = new TextDecoder('latin1').decode(head.subarray(4, 8))
  if (brand !== 'ftyp') return undefined // AVIF and HEIC are boxes
  const picture = await decode(file, 64 << 20)
  if (!picture.ok) return undefined
  const { width, height } = picture
  const rgba = new Uint8Array(4 * width * height)
  let at = 0
  for (const strip of strips(picture.bitmap)) {
    rgba.set(strip, at)
    at += strip.length
  }
  picture.close()
  return { width, height, rgba }
}

const post = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer })

// One request at a time, in order.
let last: Promise<void> = Promise.resolve()
self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const message = event.data
  last = last.then(async () => {
    try {
      const { answer: value, bytes } = await answer(message)
      post({ id: message.id, answer: value, bytes }, [bytes.buffer])
    } catch (err) {
      post({ id: message.id, error: err instanceof LabError ? err.message : sentence(err instanceof Error ? err.message : String(err)) })
    }
  })
})

