// The voucher, byte for byte: each byte a square, its colour the field that it belongs to, its strength the byte's value.

import { parseVoucher } from '@veilhash/web'
import type { Field, FieldSpan, Timings } from '@veilhash/web'
import { $, bytes, colour, context, el, fill, ms } from './dom'

/** Fields as they are shown: several of the header's are one group. */
type Group = 'header' | 'point' | 'cipher' | 'commitment' | 'body' | 'checksum'

const groupOf: Record<Field, Group> = {
  magic: 'header', length: 'header', set: 'header', id: 'header', binding: 'header', counts: 'header',
  point: 'point', cipher: 'cipher', commitment: 'commitment', body: 'body', checksum: 'checksum',
}

const groups: Record<Group, { name: string; meaning: string }> = {
  header: { name: 'Header', meaning: 'which set, which voucher, and what it is bound to' },
  point: { name: 'Q', meaning: 'one blinded point a probe: random to everyone' },
  cipher: { name: 'c', meaning: 'the voucher\'s key, masked for each probe' },
  commitment: { name: 'Commitment', meaning: 'tells the server whether a key fits' },
  body: { name: 'Body', meaning: 'account share and picture, encrypted twice' },
  checksum: { name: 'Checksum', meaning: 'against damage on the way' },
}

const fieldNames: Record<Field, string> = {
  magic: 'format and version', length: 'length', set: 'the set\'s identity', id: 'the voucher\'s identity',
  binding: 'digest of account and message', counts: 'numbers of probes and layers', point: 'blinded point Q', cipher: 'masked key c',
  commitment: 'commitment', body: 'encrypted body', checksum: 'checksum',
}

const COLUMNS = 96
const CELL = 6

let shown: { voucher: Uint8Array; fields: FieldSpan[] } | undefined

/** Draws the first voucher and the request that carries it. */
export function drawVoucher(vouchers: Uint8Array[], path: string): void {
  const voucher = vouchers[0]!
  const { fields, probes } = parseVoucher(voucher)
  shown = { voucher, fields }
  const canvas = $<HTMLCanvasElement>('map')
  const rows = Math.ceil(voucher.length / COLUMNS)
  const c = context(canvas, COLUMNS * CELL, rows * CELL)
  c.fillStyle = colour('--bit-off')
  c.fillRect(0, 0, COLUMNS * CELL, rows * CELL)
  for (const f of fields) {
    c.fillStyle = colour(`--f-${groupOf[f.field]}`)
    for (let at = f.start; at < f.end; at++) {
      c.globalAlpha = 0.3 + (0.7 * (voucher[at] ?? 0)) / 255
      c.fillRect((at % COLUMNS) * CELL, Math.floor(at / COLUMNS) * CELL, CELL - 0.5, CELL - 0.5)
    }
  }
  canvas.setAttribute('aria-label', `The voucher's ${voucher.length} bytes, coloured by field; the list below says how many each has`)
  readout()

  const sizes = new Map<Group, number>()
  for (const f of fields) sizes.set(groupOf[f.field], (sizes.get(groupOf[f.field]) ?? 0) + f.end - f.start)
  $('legend').replaceChildren(...[...sizes].map(([group, size]) => {
    const { name, meaning } = groups[group]
    const times = group === 'point' || group === 'cipher' ? `${probes} × ${size / probes}` : String(size)
    return el('li', '', el('span', `swatch c-${group}`), el('span', '', el('b', '', name), ` ${meaning}`), el('span', 'amount', times))
  }))

  $('request').replaceChildren(
    el('b', '', 'POST'), ` ${path}`, el('br'), `content-length: ${voucher.length}`, el('br'), `… ${bytes(voucher.length)}, below`,
    ...(vouchers.length > 1 ? [el('br'), 'and a second one just like it: which of the two is the picture\'s, if any, nobody can tell'] : []),
  )
  fill($('voucher-card'))
}

/** Says which byte lies under the pointer. */
function readout(event?: PointerEvent): void {
  const caption = $('map-readout')
  if (!shown) return
  if (!event) {
    caption.textContent = 'Each square is a byte. Point at one to see what it is.'
    return
  }
  const box = $('map').getBoundingClientRect()
  const rows = Math.ceil(shown.voucher.length / COLUMNS)
  const x = Math.floor(((event.clientX - box.left) / box.width) * COLUMNS)
  const y = Math.floor(((event.clientY - box.top) / box.height) * rows)
  const at = y * COLUMNS + x
  const field = shown.fields.find(f => f.start <= at && at < f.end)
  if (!field) return readout()
  const value = (shown.voucher[at] ?? 0).toString(16).padStart(2, '0')
  const probe = field.index === undefined ? '' : ` of probe ${field.index + 1}`
  caption.textContent = `Byte ${at}: ${value}, ${fieldNames[field.field]}${probe}`
}

$('map').addEventListener('pointermove', readout)
$('map').addEventListener('pointerleave', () => readout())

const stages: [Exclude<keyof Timings, 'total'>, string][] = [
  ['decode', 'Decode the file'],
  ['hash', 'Hash every pixel'],
  ['lookup', 'Look the probes up'],
  ['payload', 'Shrink the picture'],
  ['seal', 'Seal the voucher'],
]

/** Draws how long the stages took. */
export function drawTimes(timings: Timings): void {
  $('bar').replaceChildren(...stages.map(([stage]) => {
    const part = el('span', `t-${stage}`)
    part.style.flexGrow = String(Math.max(timings[stage], timings.total / 200))
    return part
  }))
  $('times').replaceChildren(
    ...stages.map(([stage, name]) =>
      el('li', '', el('span', `swatch t-${stage}`), el('span', '', name), el('span', 'amount', ms(timings[stage])))),
    el('li', '', el('span'), el('b', '', 'Together'), el('span', 'amount', ms(timings.total))),
  )
  fill($('time-card'))
}
