// The laboratory page: pictures in, edits over them, and what the hashes make of it.

import { $, count } from '../shared/dom'
import { save } from './export'
import { loadLab, loadWorker } from './load'
import { initAbsence } from './panels/absence'
import { drawBits } from './panels/bits'
import { drawEdit, initEdit } from './panels/edit'
import { chosen, drawRecall, initMany } from './panels/many'
import type { Plan } from './panels/many'
import { drawPairs, drawWrong } from './panels/pairs'
import type { Pair } from './panels/pairs'
import { drawPictures, paint } from './panels/pictures'
import { drawProbes } from './panels/probes'
import { drawVerdicts } from './panels/verdicts'
import { Client, latest, Pool } from './pool'
import { distance, editRequest, entries, entryName, listed, ownEntry, setBytes } from './state'
import type { Entry, Picture, Shown, State } from './state'
import { csv, methods, Tally } from './tally'
import type { Cost, Description, Rate } from './types'

const THUMBNAIL = 160
const PREVIEW = 640

/** The worker for what is being looked at, and those for many pictures. */
let near: Client
let pool: Pool
let s: State
let shown: Shown | undefined
let cost: Cost | undefined
let measured: { tally: Tally; rates: Rate[]; plan: Plan; entries: Entry[]; complete: boolean; seed: string } | undefined
let stop: AbortController | undefined
let lastKey = 0

function setStatus(state: 'busy' | 'ready' | 'failed', text: string): void {
  $('status').dataset.state = state
  $('status-text').textContent = text
}

function problem(title: string, err: unknown): void {
  $('problem-title').textContent = title
  $('problem-text').textContent = err instanceof Error ? err.message : String(err)
  $('problem').hidden = false
}

async function start(): Promise<void> {
  try {
    const [module, script] = await Promise.all([loadLab(), loadWorker()])
    const helpers = Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1))
    const clients = Array.from({ length: helpers + 1 }, () => new Client(new Worker(script, { type: 'module' })))
    await Promise.all(clients.map(c => c.start(module)))
    URL.revokeObjectURL(script)
    near = clients[0]!
    pool = new Pool(clients.slice(1))
    const { answer: description } = await near.call({ op: 'describe' })
    s = { description, pictures: [], lists: [], schemes: [], scheme: 1, selected: undefined, steps: [], editName: '', seed: '1' }
    s.schemes = await presets(description)
    s.scheme = Math.max(0, s.schemes.findIndex(x => x.name === 'balanced'))
  } catch (err) {
    setStatus('failed', 'Not ready')
    return problem('The laboratory cannot start.', err)
  }
  initEdit(s, changed)
  initMany(s)
  initAbsence(() => near)
  drawSchemeChoice()
  drawPictures(s, actions)
  s.editName = 'messenger-0.64'
  s.steps = [{ operation: 'scale', amount: 64 }, { operation: 'jpeg', amount: 75 }]
  drawEdit(s, changed)
  await findNeighbours()
  setStatus('ready', 'Ready. Works offline.')
  document.documentElement.dataset.ready = 'true'
}

/** The presets as schemes, exact first. */
async function presets(d: Description): Promise<State['schemes']> {
  const order = ['exact', 'balanced', 'wide']
  const named = [...d.presets].sort((a, b) => (order.indexOf(a.name) + 9) % 9 - (order.indexOf(b.name) + 9) % 9)
  return Promise.all(named.map(async p => ({ name: p.name, about: (await near.call({ op: 'scheme', text: p.text })).answer })))
}

/** Looks, once and while loading, whether the demonstration's page and samples lie beside this page. */
async function findNeighbours(): Promise<void> {
  const has = async (path: string): Promise<Response | undefined> => {
    const response = await fetch(path).catch(() => undefined)
    return response?.ok ? response : undefined
  }
  const [demo, list] = await Promise.all([has('../demo.js'), has('../samples/index.json')])
  $('demo-link').hidden = !demo
  const names = list ? await list.json().catch(() => []) as { name: string }[] : []
  if (!Array.isArray(names) || names.length === 0) return
  $('samples').hidden = false
  $('samples').addEventListener('click', async () => {
    const files = await Promise.all(names.map(async ({ name }) => {
      const response = await has(`../samples/${encodeURIComponent(name)}`)
      return response ? new File([await response.blob()], name) : undefined
    }))
    await take(files.filter(f => f !== undefined))
  })
}

// Pictures

const actions = {
  select(p: Picture): void {
    s.selected = p
    drawPictures(s, actions)
    changed()
  },
  async remove(p: Picture): Promise<void> {
    s.pictures = s.pictures.filter(q => q !== p)
    if (s.selected === p) s.selected = s.pictures.find(q => q.state === 'ready')
    await setChanged()
  },
  async removeList(index: number): Promise<void> {
    s.lists.splice(index, 1)
    await setChanged()
  },
}

/** Takes files: each becomes a picture, or is named as one that is none. */
async function take(files: readonly File[]): Promise<void> {
  const added = files.map((file): Picture => ({ key: ++lastKey, name: file.name || 'pasted picture', file, state: 'waiting' }))
  if (added.length === 0) return
  s.pictures.push(...added)
  drawPictures(s, actions)
  let done = 0
  await pool.each(added, new AbortController().signal, async (client, p) => {
    try {
      const { answer, bytes } = await client.call({ op: 'open', side: THUMBNAIL }, { picture: p })
      p.about = answer
      p.thumbnail = imageData(bytes, answer.small)
      p.state = 'ready'
    } catch (err) {
      p.state = 'broken'
      p.error = err instanceof Error ? err.message : String(err)
    }
    done++
    setStatus('busy', `Reading pictures: ${done} of ${added.length}`)
    if (s.selected || p.state === 'broken' || !s.pictures.includes(p)) drawPictures(s, actions)
    else actions.select(p)
  })
  await setChanged()
  setStatus('ready', 'Ready. Works offline.')
  document.documentElement.dataset.pictures = String(s.pictures.filter(p => p.state === 'ready').length)
}

async function takeList(files: readonly File[]): Promise<void> {
  $('problem').hidden = true
  for (const file of files) {
    try {
      const { answer, bytes } = await near.call({ op: 'list', name: file.name }, { bytes: new Uint8Array(await file.arrayBuffer()) })
      s.lists.push({ name: file.name, hashes: bytes, about: answer })
    } catch (err) {
      problem(`${file.name} is not used as a list.`, err)
    }
  }
  await setChanged()
}

const imageData = (bytes: Uint8Array<ArrayBuffer>, size: { width: number; height: number }): ImageData =>
  new ImageData(new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length), size.width, size.height)

let pairs: Pair[] = []

async function setChanged(): Promise<void> {
  drawPictures(s, actions)
  pairs = drawPairs(s)
  const bytes = setBytes(s)
  await Promise.all([near.call({ op: 'set' }, { bytes }), pool.all({ op: 'set' }, bytes)])
  await changed()
}

// One picture

/** Something about the copy is to be shown anew. */
function changed(): Promise<void> {
  delete document.documentElement.dataset.done
  return examine()
}

const examine = latest(async () => {
  const picture = s.selected
  if (!picture?.about) {
    shown = undefined
    return drawNothing()
  }
  const edit = editRequest(s)
  const schemes = [...s.schemes]
  const all = entries(s)
  const own = ownEntry(picture, s)
  const request = { edit, seed: s.seed, schemes: schemes.map(x => x.about.text) }
  try {
    const original = await near.call({ op: 'examine', ...request, edit: { name: '', recipe: '' }, schemes: [], own, side: PREVIEW }, { picture })
    const { answer, bytes } = await near.call({ op: 'examine', ...request, own, side: PREVIEW }, { picture })
    $('problem').hidden = true
    shown = { picture, own, examined: answer, copy: imageData(bytes, answer.small), entries: all, schemes }
    cost = undefined
    paint($<HTMLCanvasElement>('original'), imageData(original.bytes, original.answer.small))
    draw()
    document.documentElement.dataset.done = JSON.stringify([picture.name, answer.recipe])
    cost = (await near.call({ op: 'cost', ...request }, { picture })).answer
    drawVerdicts(shown, s.description.classic, cost)
  } catch (err) {
    problem('This edit cannot be made of this picture.', err)
    document.documentElement.dataset.done = 'failed'
  }
})

function drawNothing(): void {
  $('summary').textContent = 'Take a picture and see.'
  for (const id of ['verdict-table', 'probes', 'bits-facts']) $(id).replaceChildren()
  for (const id of ['original', 'copy', 'bits-original', 'bits-copy']) {
    const canvas = $<HTMLCanvasElement>(id)
    canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height)
  }
}

function draw(): void {
  if (!shown) return
  paint($<HTMLCanvasElement>('copy'), shown.copy)
  const { picture, examined } = shown
  $('original').setAttribute('aria-label', `The original, ${picture.name}`)
  $('copy').setAttribute('aria-label', `The copy: ${examined.recipe || 'as it is'}`)
  $('original-caption').textContent = `Original, ${count(picture.about!.width)} × ${count(picture.about!.height)}`
  $('copy-caption').textContent = `Copy, ${count(examined.width)} × ${count(examined.height)}`
  drawVerdicts(shown, s.description.classic, cost)
  drawBits(shown, shown.schemes[s.scheme])
  drawProbes(shown, s.scheme)
}

// Schemes

function drawSchemeChoice(): void {
  const select = $<HTMLSelectElement>('shown-scheme')
  select.replaceChildren(...s.schemes.map((x, i) => new Option(x.name, String(i))))
  select.value = String(s.scheme)
}

const OWN = 'yours'

const takeScheme = latest(async () => {
  const text = $<HTMLInputElement>('scheme').value.trim()
  const error = $('scheme-error')
  const without = s.schemes.filter(x => x.name !== OWN)
  if (!text) {
    error.textContent = ''
    s.schemes = without
  } else {
    try {
      const { answer } = await near.call({ op: 'scheme', text })
      error.textContent = `${answer.probes} ${answer.probes === 1 ? 'probe' : 'probes'} of ${answer.bits} bits.`
      delete error.dataset.bad
      s.schemes = [...without, { name: OWN, about: answer }]
      s.scheme = s.schemes.length - 1
    } catch (err) {
      error.textContent = err instanceof Error ? err.message : String(err)
      error.dataset.bad = 'true'
      s.schemes = without
    }
  }
  s.scheme = Math.min(s.scheme, s.schemes.length - 1)
  drawSchemeChoice()
  await changed()
})

// Many pictures

async function measure(): Promise<void> {
  const plan = chosen(s, editRequest(s))
  if (typeof plan === 'string') return say(plan)
  const pictures = s.pictures.filter(p => listed(p, s))
  if (pictures.length === 0) return say('There is no picture yet that a list would hold.')
  stop = new AbortController()
  const { signal } = stop
  const all = entries(s)
  const schemes = [...s.schemes]
  const seed = s.seed
  const hashes = setBytes(s)
  const tally = new Tally(methods(schemes, s.description.classic), plan.edits)
  const total = pictures.length * plan.edits.length
  const failures = new Map<string, string>()
  let done = 0
  setRunning(true)
  const began = performance.now()
  await pool.each(pictures, signal, async (client, picture) => {
    const own = all.findIndex(e => 'picture' in e && e.picture === picture)
    for (const [row, { edit }] of plan.edits.entries()) {
      if (signal.aborted) return
      if (plan.edits[row]!.group !== 'large messenger' || picture.about!.large) {
        try {
          const { answer } = await client.call({ op: 'examine', edit, seed, schemes: schemes.map(x => x.about.text), own, side: 0 }, { picture })
          tally.add(row, picture.key, own, answer, picture.about!.classic, entry => distance(hex(hashes, entry), answer.views[0]!.pdq))
        } catch (err) {
          tally.fail(row)
          failures.set(picture.name, err instanceof Error ? err.message : String(err))
        }
      }
      done++
      progress(done, total, performance.now() - began)
    }
  })
  const { answer } = await near.call({ op: 'interval', rates: tally.counts() })
  measured = { tally, rates: answer.rates, plan, entries: all, complete: !signal.aborted, seed }
  drawRecall(tally, answer.rates, plan)
  drawWrong(tally.wrong, s, all)
  setRunning(false)
  const failed = [...failures].map(([name, why]) => `${name}: ${why}`).join(' ')
  say(`${signal.aborted ? `Cancelled after ${count(done)} of ${count(total)} copies; what is shown is of those.` : `${count(total)} copies in ${((performance.now() - began) / 1000).toFixed(1)} seconds.`}${failed && ` Some could not be made. ${failed}`}`)
  document.documentElement.dataset.measured = measured.complete ? 'complete' : 'cancelled'
}

const hex = (hashes: Uint8Array, entry: number): string => [...hashes.subarray(32 * entry, 32 * entry + 32)].map(b => b.toString(16).padStart(2, '0')).join('')

function say(text: string): void {
  $('progress').hidden = false
  $('progress-bar').hidden = !stop
  $('progress-text').textContent = text
}

function setRunning(now: boolean): void {
  $('run').hidden = now
  $('cancel').hidden = !now
  $('progress').hidden = false
  $('progress-bar').hidden = !now
  for (const id of ['export-csv', 'export-json']) $(id).hidden = now
  if (!now) stop = undefined
  else {
    delete document.documentElement.dataset.measured
    progress(0, 1, 0)
  }
}

function progress(done: number, total: number, elapsed: number): void {
  $<HTMLProgressElement>('progress-bar').value = done / total
  const left = done > 2 ? elapsed / done * (total - done) / 1000 : 0
  $('progress-text').textContent = done === 0 ? 'Beginning …' : `${count(done)} of ${count(total)} copies${left > 1 ? `, about ${Math.ceil(left)} seconds left` : ''}`
}

function exportJSON(): string {
  const picture = (p: Picture) => ({ name: p.name, ...p.about, state: p.state, error: p.error })
  return JSON.stringify({
    hasher: s.description.hasher,
    seed: s.seed,
    schemes: s.schemes.map(x => ({ name: x.name, ...x.about })),
    pictures: s.pictures.map(picture),
    lists: s.lists.map(l => ({ name: l.name, entries: l.about.entries })),
    shown: shown && { picture: shown.picture.name, ...shown.examined, cost },
    pairs: pairs.map(p => ({ a: p.a.name, b: p.b.name, distance: p.distance })),
    recall: measured && {
      complete: measured.complete, seed: measured.seed, methods: measured.tally.methods,
      rows: measured.tally.rows.map((r, i) => ({ ...r, rates: measured!.rates.slice(i * r.hits.length, (i + 1) * r.hits.length) })),
      wrong: measured.tally.wrong.map(w => ({ ...w, picture: s.pictures.find(p => p.key === w.picture)?.name, entry: entryName(measured!.entries[w.entry]) })),
    },
  }, null, 2) + '\n'
}

// What the person does

$<HTMLInputElement>('files').addEventListener('change', () => {
  const input = $<HTMLInputElement>('files')
  void take([...input.files ?? []])
  input.value = ''
})
$<HTMLInputElement>('list-file').addEventListener('change', () => {
  const input = $<HTMLInputElement>('list-file')
  void takeList([...input.files ?? []])
  input.value = ''
})
for (const type of ['dragenter', 'dragover']) {
  document.addEventListener(type, event => {
    event.preventDefault()
    $('drop').classList.add('over')
  })
}
document.addEventListener('dragleave', event => {
  if (!(event as DragEvent).relatedTarget) $('drop').classList.remove('over')
})
document.addEventListener('drop', event => {
  event.preventDefault()
  $('drop').classList.remove('over')
  if (s) void take([...(event as DragEvent).dataTransfer?.files ?? []])
})
document.addEventListener('paste', event => {
  const files = [...(event as ClipboardEvent).clipboardData?.files ?? []]
  if (s && files.length) void take(files)
})
$('clear').addEventListener('click', () => {
  s.pictures = []
  s.selected = undefined
  void setChanged()
})
$('scheme').addEventListener('input', () => void takeScheme())
$('shown-scheme').addEventListener('change', () => {
  s.scheme = Number($<HTMLSelectElement>('shown-scheme').value)
  draw()
})
$('run').addEventListener('click', () => void measure())
$('cancel').addEventListener('click', () => stop?.abort())
$('export-csv').addEventListener('click', () => measured && save('veilhash-lab.csv', 'text/csv', csv(measured.tally, measured.rates)))
$('export-json').addEventListener('click', () => save('veilhash-lab.json', 'application/json', exportJSON()))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)

void start()
