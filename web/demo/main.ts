// The demonstration page: one picture's way from this device to the server's verdict.

import { createScanner, loadScanner, VeilhashError } from '@veilhash/web'
import type { Report, Scanner } from '@veilhash/web'
import { loadAccount, newAccount, randomHex } from './account'
import type { Account } from './account'
import { showAccount, wireAccount } from './account-card'
import { accountStatus, ServerError, samplePicture, samples, status, upload, uploadPath, verdict } from './api'
import type { Sample } from './api'
import { $, bytes, count, el, facts } from './dom'
import { drawEmpty, drawHash, drawProbes } from './hash'
import { drawTimes, drawVoucher } from './map'
import { outbox, put, remove } from './outbox'
import type { Letter } from './outbox'
import { fetchTrust, showTransparency } from './transparency'
import type { Trust } from './transparency'
import { remember, showAccountStatus, showState, showStatus, showVerdict, stateOf } from './verdict'
import type { State } from './verdict'

let scanner: Scanner | undefined
let wasmModule: WebAssembly.Module
let account: Account
/** The policy that the set has to satisfy; undefined where the server has none, as 'veilhash serve' has not. */
let trust: Trust | undefined
/** What was sent and matched without being opened: its state changes when the account opens. */
let matched: { ids: string[]; set: (state: State) => void }[] = []
let busy = false
/** What is shown, to draw it again when the colours change. */
let last: { report: Report; vouchers: Uint8Array[]; path: string } | undefined

function setStatus(state: 'busy' | 'ready' | 'failed', text: string): void {
  $('status').dataset.state = state
  $('status-text').textContent = text
}

/** Shows what went wrong, in words that help. */
function problem(title: string, text: string, code = ''): void {
  $('problem-title').textContent = title
  $('problem-text').textContent = text
  $('problem-code').textContent = code
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
    // What the policy does not allow is said in the code's own sentence.
    const refusal = err.code.startsWith('policy') ? new VeilhashError(err.code).message.replace(/^[a-z]+: /, '') : undefined
    const [title, text] = advice[err.code] ?? (refusal ? ['This set is not used.', refusal] : ['Something went wrong.', err.message])
    problem(title, text, err.code)
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
  try {
    ;[wasmModule, trust] = await Promise.all([loadModule(), fetchTrust()])
    account = await loadAccount(wasmModule)
    try {
      scanner = await open()
    } catch (err) {
      if (!(err instanceof VeilhashError && err.code.startsWith('account'))) throw err
      // What is stored is no account any more: take a new one.
      account = await newAccount(wasmModule)
      scanner = await open()
    }
    wireAccount({ wasmModule, account: () => account, periodEnds: () => scanner?.set.periodEnds ?? Date.now(), use })
    ready()
    await deliverRest()
  } catch (err) {
    setStatus('failed', 'Not ready')
    explain(err)
  }
  void refreshStatus()
}

/** A scanner for the account that is in use, which knows what is still under way. */
async function open(): Promise<Scanner> {
  const opened = await createScanner({
    wasmModule,
    account: account.secret,
    setURL: new URL('set/', document.baseURI),
    workerURL: new URL('veilhash-worker.js', document.baseURI),
    payload: 'derivative',
    ...(trust ? { policy: trust.policy } : {}),
    onProgress: ({ done, total }) => setStatus('busy', `Fetching the set: ${bytes(done)} of ${bytes(total)}`),
  })
  await opened.resume(...outbox().map(l => l.receipt))
  return opened
}

/** Changes over to another account, or to this one's successor. */
async function use(next: Account): Promise<void> {
  const old = account
  account = next
  if (old.secret !== next.secret) {
    scanner?.close()
    matched = []
    scanner = await open()
  }
  showState('none')
  ready()
  await refreshStatus()
}

/** Sends what an earlier visit could not. */
async function deliverRest(): Promise<void> {
  for (const letter of [...outbox()]) {
    try {
      await deliver(letter, undefined)
    } catch (err) {
      undelivered(letter, err)
      return
    }
  }
}

async function loadModule(): Promise<WebAssembly.Module> {
  try {
    return await loadScanner(new URL('scanner.wasm', document.baseURI))
  } catch (err) {
    if (err instanceof VeilhashError && err.cause instanceof TypeError) throw new ServerError('The server cannot be reached. Is it still running?')
    throw err
  }
}

function ready(): void {
  if (!scanner) return
  const { capacity, bytes: size, store, alarms } = scanner.set
  const where = { opfs: 'on this device', indexeddb: 'on this device', memory: 'until this page is closed' }[store]
  setStatus('ready', `Ready. The set: room for ${count(capacity)} entries in ${bytes(size)}, kept ${where}`)
  showAlarms(alarms)
  showAccount(account, scanner.set.periodEnds)
  showTransparency(scanner.set, trust)
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
    if (account) showAccountStatus(await accountStatus(account.name))
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
    const rotated = await loadAccount(wasmModule)
    if (rotated.name === account.name && rotated.secret !== account.secret) await use(rotated) // a new period has begun
    const { vouchers, receipt, report, held } = await scanner.seal(file, { account: account.name, message })
    const letter = { name, account: account.name, message, vouchers, receipt }
    put(letter)
    last = { report, vouchers, path: uploadPath(account.name, message) }
    draw()
    facts($('facts'), [
      ['Name', name],
      ['Size', report.width ? `${count(report.width)} × ${count(report.height)} pixels` : 'unknown'],
      ['File', bytes(file.size)],
    ])
    $('facts').hidden = false
    showAlarms([...report.alarms, ...(held ? [{ code: held, message: holds[held] }] : [])])
    showState('pending')
    try {
      await deliver(letter, shown)
    } catch (err) {
      undelivered(letter, err)
    }
  } catch (err) {
    showState('error', 'The picture was not sent.')
    explain(err)
  } finally {
    busy = false
    setBusy(false)
    document.documentElement.dataset.done = name
  }
}

/** Why a picture's own voucher was not among those that were sent. The server cannot see it. */
const holds = {
  repeat: 'Sent before in this period: what went out never opens, so that the server does not see that the picture came twice.',
  displaced: 'Two synthetic vouchers were due and went out in the picture\'s place. Send the picture again some time to have it looked for.',
}

/** Sends a letter's vouchers, and shows what the server could do with them. Rejects if one could not be sent: the letter stays. */
async function deliver(letter: Letter, shown: CanvasImageSource | undefined): Promise<void> {
  const ids: string[] = []
  for (const voucher of letter.vouchers) ids.push(await upload(letter.account, letter.message, voucher))
  await scanner?.acknowledge(letter.receipt)
  remove(letter)
  $('again').hidden = true
  try {
    const verdicts = await Promise.all(ids.map(verdict))
    const state = stateOf(verdicts)
    await showVerdict(verdicts, scanner?.set.synthetics ?? 0)
    const set = remember(shown, letter.name, letter.vouchers, state)
    if (state === 'opened') await lookAgain()
    else if (state === 'match') matched.push({ ids, set })
  } catch (err) {
    if (!(err instanceof ServerError && err.status === 404)) throw err
    showState('pending', 'The server took the vouchers and keeps its verdict to itself: its console is off.')
  }
  await refreshStatus()
}

/** The account is open: what matched before is open too, or known to be synthetic. */
async function lookAgain(): Promise<void> {
  const before = matched
  matched = []
  for (const m of before) {
    const verdicts = await Promise.all(m.ids.map(verdict))
    m.set(stateOf(verdicts))
  }
}

/** Says that a letter could not be sent, and offers to send it again. */
function undelivered(letter: Letter, err: unknown): void {
  showState('error', 'Not everything could be delivered. It is kept here and sent again, byte for byte: now, or when this page is loaded the next time.')
  explain(err)
  const again = $<HTMLButtonElement>('again')
  again.hidden = false
  again.onclick = async () => {
    if (busy) return
    busy = true
    $('problem').hidden = true
    try {
      await deliver(letter, undefined)
    } catch (err) {
      undelivered(letter, err)
    } finally {
      busy = false
    }
  }
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
  drawVoucher(last.vouchers, last.path)
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
