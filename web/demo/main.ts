// The demonstration page: one picture's way from this device to the server's verdict.

import { createScanner, VeilhashError } from '@veilhash/web'
import type { Report, Scanner } from '@veilhash/web'
import { forgetAccount, loadAccount, randomHex } from './account'
import type { Account } from './account'
import { ServerError, samplePicture, samples, status, upload, uploadPath, verdict } from './api'
import type { Sample } from './api'
import { $, bytes, count, el, facts } from './dom'
import { drawEmpty, drawHash, drawProbes } from './hash'
import { drawTimes, drawVoucher } from './map'
import { remember, showState, showStatus, showVerdict } from './verdict'

let scanner: Scanner | undefined
let account: Account
let busy = false
/** What is shown, to draw it again when the colours change. */
let last: { report: Report; voucher: Uint8Array; path: string } | undefined

function setStatus(state: 'busy' | 'ready' | 'failed', text: string): void {
  $('status').dataset.state = state
  $('status-text').textContent = text
}

/** Shows what went wrong, in words that help. */
function problem(title: string, text: string): void {
  $('problem-title').textContent = title
  $('problem-text').textContent = text
  $('problem').hidden = false
}

const advice: Partial<Record<VeilhashError['code'], [string, string]>> = {
  'wasm-unavailable': ['The scanner is missing.', 'scanner.wasm could not be loaded. Build it with "make build" and reload this page.'],
  'worker-unavailable': ['The scanner cannot start.', 'Its worker could not be loaded. Build the page with "make build" and reload it.'],
  'set-unreachable': ['The hash set cannot be downloaded.', 'Without it nothing can be checked. Is the server still running? Reload this page to go on where it stopped.'],
  'set-damaged': ['The hash set is damaged.', 'What the server sends does not agree with its digests, so it is not used.'],
  'store-failed': ['The hash set cannot be kept.', 'This browser has no room for it, or does not let this page store anything.'],
  manifest: ['The hash set is not understood.', 'Its manifest is not in the expected form, so it is not used.'],
}

function explain(err: unknown): void {
  if (err instanceof VeilhashError) {
    const [title, text] = advice[err.code] ?? ['Something went wrong.', err.message]
    problem(title, text)
  } else if (err instanceof ServerError) {
    problem(err.status ? 'The server refused.' : 'The server is gone.', err.message)
  } else {
    problem('Something went wrong.', err instanceof Error ? err.message : String(err))
  }
}

async function start(): Promise<void> {
  showState('none')
  drawEmpty()
  void showSamples()
  void refreshStatus()
  try {
    const wasmModule = await loadModule()
    account = await loadAccount(wasmModule)
    const options = {
      wasmModule,
      setURL: new URL('set/', document.baseURI),
      workerURL: new URL('veilhash-worker.js', document.baseURI),
      payload: 'derivative' as const,
      onProgress: ({ done, total }: { done: number; total: number }) =>
        setStatus('busy', `Fetching the set: ${bytes(done)} of ${bytes(total)}`),
    }
    try {
      scanner = await createScanner({ ...options, account: account.secret })
    } catch (err) {
      if (!(err instanceof VeilhashError && err.code.startsWith('account'))) throw err
      // What is stored is no account any more: take a new one.
      forgetAccount()
      account = await loadAccount(wasmModule)
      scanner = await createScanner({ ...options, account: account.secret })
    }
    ready()
  } catch (err) {
    setStatus('failed', 'Not ready')
    explain(err)
  }
}

async function loadModule(): Promise<WebAssembly.Module> {
  let response: Response
  try {
    response = await fetch('scanner.wasm')
  } catch (cause) {
    throw new ServerError('The server cannot be reached. Is it still running?')
  }
  if (!response.ok) throw new VeilhashError('wasm-unavailable')
  try {
    return await WebAssembly.compile(await response.arrayBuffer())
  } catch (cause) {
    throw new VeilhashError('wasm-unavailable', undefined, { cause })
  }
}

function ready(): void {
  if (!scanner) return
  const { capacity, bytes: size, store, alarms } = scanner.set
  const where = { opfs: 'on this device', indexeddb: 'on this device', memory: 'until this page is closed' }[store]
  setStatus('ready', `Ready. The set: room for ${count(capacity)} entries in ${bytes(size)}, kept ${where}`)
  showAlarms(alarms)
  document.documentElement.dataset.ready = 'true'
}

function showAlarms(alarms: { code: string; message: string }[]): void {
  $('alarms').replaceChildren(...alarms.map(a => {
    const item = el('li', '', a.message.replace(/^[a-z]+: /, '').replace(/^./, c => c.toUpperCase()))
    item.dataset.code = a.code
    return item
  }))
}

async function showSamples(): Promise<void> {
  const list = await samples()
  $('samples').hidden = list.length === 0
  $('sample-list').replaceChildren(...list.map(sampleButton))
}

function sampleButton(s: Sample): HTMLButtonElement {
  const picture = el('img')
  picture.src = `/samples/${encodeURIComponent(s.name)}`
  picture.alt = ''
  picture.loading = 'lazy'
  // Without its numbering and file type.
  const name = s.name.replace(/^\d+-/, '').replace(/\.[a-z]+$/i, '').replace(/[-_]/g, ' ')
  const about = `${s.inSet ? 'in the set' : 'not in the set'}${s.edit ? `, ${s.edit}` : ''}`
  const button = el('button', 'sample', picture, el('span', '', el('span', 'name', name), el('span', 'about', about)))
  button.type = 'button'
  button.setAttribute('aria-pressed', 'false')
  button.addEventListener('click', async () => {
    if (busy) return
    try {
      const blob = await samplePicture(s.name)
      document.querySelectorAll('.sample').forEach(b => b.setAttribute('aria-pressed', String(b === button)))
      await run(blob, s.name)
    } catch (err) {
      explain(err)
    }
  })
  return button
}

async function refreshStatus(): Promise<void> {
  try {
    showStatus(await status())
  } catch {
    // The books are a help, not a need; what matters shows its own errors.
    facts($('tally'), [['Books', 'this server shows none']])
  }
}

/** One picture, from the file to the verdict. */
async function run(file: Blob, name: string): Promise<void> {
  if (busy) return
  if (!scanner) return problem('Not ready yet.', 'The scanner or the set is not loaded.')
  busy = true
  delete document.documentElement.dataset.done
  $('problem').hidden = true
  setBusy(true)
  try {
    const shown = await preview(file)
    const message = randomHex(8)
    const { vouchers, receipt, report } = await scanner.seal(file, { account: account.name, message })
    const path = uploadPath(account.name, message)
    last = { report, voucher: vouchers[0]!, path }
    draw()
    facts($('facts'), [
      ['Name', name],
      ['Size', report.width ? `${count(report.width)} × ${count(report.height)} pixels` : 'unknown'],
      ['File', bytes(file.size)],
    ])
    $('facts').hidden = false
    showAlarms(report.alarms)
    await send(message, vouchers, receipt, shown, name)
  } catch (err) {
    showState('error', 'The picture was not sent.')
    explain(err)
  } finally {
    busy = false
    setBusy(false)
    document.documentElement.dataset.done = name
  }
}

async function send(message: string, vouchers: Uint8Array[], receipt: Uint8Array, shown: CanvasImageSource | undefined, name: string): Promise<void> {
  showState('pending')
  let id = ''
  try {
    for (const voucher of vouchers) id = await upload(account.name, message, voucher)
    await scanner!.acknowledge(receipt)
  } catch (err) {
    showState('error')
    return explain(err)
  }
  try {
    const v = await verdict(id)
    await showVerdict(v)
    remember(shown, name, vouchers[0]!.length, v.state)
  } catch (err) {
    if (!(err instanceof ServerError && err.status === 404)) throw err
    showState('pending', 'The server took the voucher and keeps its verdict to itself: its console is off.')
  }
  await refreshStatus()
}

/** Shows the picture as the browser sees it. Undefined if it is none. */
async function preview(file: Blob): Promise<HTMLCanvasElement | undefined> {
  const canvas = $<HTMLCanvasElement>('preview')
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth: 720, resizeQuality: 'high' })
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    bitmap.close()
    canvas.hidden = false
    $('drop-empty').hidden = true
    $('drop').classList.add('full')
    return canvas
  } catch {
    canvas.hidden = true
    $('drop-empty').hidden = false
    $('drop').classList.remove('full')
    return undefined
  }
}

function setBusy(now: boolean): void {
  document.querySelectorAll<HTMLButtonElement>('.sample').forEach(b => (b.disabled = now))
  if (now) setStatus('busy', 'Scanning …')
  else if (scanner) {
    const { capacity, bytes: size } = scanner.set
    setStatus('ready', `Ready. The set: room for ${count(capacity)} entries in ${bytes(size)}`)
  }
}

function draw(): void {
  if (!last || !scanner) return drawEmpty()
  drawHash(last.report, scanner.set.scheme)
  drawProbes(last.report, scanner.set.scheme)
  drawVoucher(last.voucher, last.path)
  drawTimes(last.report.timings)
}

/** Takes the first file of a drop, a paste or a choice. */
function take(files: FileList | null | undefined): void {
  const file = files?.[0]
  if (!file) return
  document.querySelectorAll('.sample').forEach(b => b.setAttribute('aria-pressed', 'false'))
  void run(file, file.name || 'pasted picture')
}

const drop = $('drop')
const input = $<HTMLInputElement>('file')
input.addEventListener('change', () => {
  take(input.files)
  input.value = '' // choosing the same file again is a choice too
})
for (const type of ['dragenter', 'dragover']) {
  document.addEventListener(type, event => {
    event.preventDefault()
    drop.classList.add('over')
  })
}
document.addEventListener('dragleave', event => {
  if (!(event as DragEvent).relatedTarget) drop.classList.remove('over')
})
document.addEventListener('drop', event => {
  event.preventDefault()
  drop.classList.remove('over')
  take((event as DragEvent).dataTransfer?.files)
})
document.addEventListener('paste', event => take((event as ClipboardEvent).clipboardData?.files))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)

void start()
