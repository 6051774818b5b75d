// Whether the copy is found, by each scheme and by each distance, and what that costs.

import { $, bytes, count, el, ms } from '../../shared/dom'
import { viewName } from '../../shared/bits'
import { distance, entryName } from '../state'
import type { Shown } from '../state'
import { CLASSIC_DISTANCE, PDQ_DISTANCE } from '../tally'
import type { Cost, SchemeResult } from '../types'

interface Line { name: string; found: boolean | undefined; how: string; others: string; cells: [string, string, string, string] }

const COLUMNS = ['', 'Found?', 'How', 'Probes', 'Voucher', 'Views', 'Time']

export function drawVerdicts(shown: Shown, classicNames: readonly string[], cost: Cost | undefined): void {
  const lines = [...shown.schemes.map((s, i) => schemeLine(shown, i, s.name, cost)), ...distances(shown, classicNames)]
  const body = el('tbody')
  for (const line of lines) {
    const row = el('tr', line.found === undefined ? '' : line.found ? 'found' : 'missed')
    row.dataset.method = line.name
    const head = el('th', '', line.name)
    head.scope = 'row'
    row.append(head, cell('Found?', line.found === undefined ? '–' : line.found ? 'yes' : 'no', 'verdict-word'))
    const how = cell('How', line.how)
    if (line.others) how.append(el('span', 'others', ` ${line.others}`))
    row.append(how, ...line.cells.map((text, i) => cell(COLUMNS[i + 3]!, text, 'amount')))
    body.append(row)
  }
  const header = el('tr', '', ...COLUMNS.map(c => {
    const th = el('th', '', c)
    th.scope = 'col'
    return th
  }))
  $('verdict-table').replaceChildren(el('thead', '', header), body)
  summary(shown, lines)
}

function cell(label: string, text: string, name = ''): HTMLTableCellElement {
  const td = el('td', name, text)
  td.dataset.label = label
  return td
}

function summary(shown: Shown, lines: Line[]): void {
  const { examined: e } = shown
  const where = `${shown.picture.name} → ${e.recipe || 'as it is'}, ${count(e.width)} × ${count(e.height)} pixels. `
  if ((e.views[0]?.quality ?? 0) < 50) {
    $('summary').textContent = `${where}The copy’s quality is ${e.views[0]?.quality}, below 50: too little to recognise, so its voucher would be one of dummies where no other view is better.`
    return
  }
  const found = lines.filter(l => l.found).map(l => l.name)
  $('summary').textContent = where + (shown.own < 0
    ? `The original’s quality is ${shown.picture.about?.quality}, below 50, so no list would hold it.`
    : found.length === 0 ? 'Nothing finds it.' : found.length === lines.length ? 'Everything finds it.' : `Found by ${found.join(', ')}.`)
}

function schemeLine(shown: Shown, i: number, name: string, cost: Cost | undefined): Line {
  const { about } = shown.schemes[i]!
  const result = shown.examined.schemes[i]!
  const others = result.entries.filter(e => e !== shown.own)
  const time = cost?.schemes.find(c => c.text === about.text)
  return {
    name, found: shown.own < 0 ? undefined : result.entries.includes(shown.own), how: how(shown, result),
    others: others.length ? `Also takes it for ${named(shown, others)}.` : '',
    cells: [`${about.probes} of ${about.bits} bits`, bytes(about.voucherBytes), String(about.views.length), time ? ms(time.hash + time.probes) : '…'],
  }
}

function named(shown: Shown, entries: number[]): string {
  const names = entries.slice(0, 3).map(e => entryName(shown.entries[e]))
  return names.join(', ') + (entries.length > 3 ? ` and ${entries.length - 3} more` : '')
}

/** Which probe it was, or what would have been needed. */
function how(shown: Shown, result: SchemeResult): string {
  if (shown.own < 0) return 'not in the set'
  const at = result.probes.findIndex(p => p.entries.includes(shown.own))
  const probe = result.probes[at]
  if (!probe) {
    const best = needed(shown, result)
    return best ? `${best.bits} ${best.bits === 1 ? 'bit' : 'bits'} of the token differ at best (${viewName(best.view)})` : 'no probe'
  }
  return `probe ${at + 1}, ${viewName(probe.view)}, ${probe.flips.length === 0 ? 'nothing inverted' : `${probe.flips.length} inverted`}`
}

/** The view whose token is nearest to the entry's. */
function needed(shown: Shown, result: SchemeResult): { view: string; bits: number } | undefined {
  const scheme = shown.schemes.find(s => s.about.text === result.text)!
  const entry = shown.picture.about!.pdq
  let best: { view: string; bits: number } | undefined
  for (const v of shown.examined.views) {
    if (!scheme.about.views.includes(v.view) || v.quality < 50) continue
    const bits = tokenFlips(entry, v.pdq, scheme.about.places).length
    if (!best || bits < best.bits) best = { view: v.view, bits }
  }
  return best
}

/** The token's bits in which two hashes differ. */
export function tokenFlips(a: string, b: string, places: readonly number[]): number[] {
  const bit = (h: string, k: number) => parseInt(h[63 - (k >> 2)]!, 16) >> (k & 3) & 1
  return places.filter(k => bit(a, k) !== bit(b, k))
}

function distances(shown: Shown, classicNames: readonly string[]): Line[] {
  const { examined: e } = shown
  const none: Line['cells'] = ['–', '–', '1', ms(e.times.classic / 3)]
  const pdq = (name: string, d: number, views: number): Line => ({
    name, found: d < 0 ? undefined : d <= PDQ_DISTANCE, how: d < 0 ? 'not compared' : `${d} of 256 bits differ`, others: '', cells: ['–', '–', String(views), '–'],
  })
  const plain = pdq(`PDQ ≤ ${PDQ_DISTANCE}`, e.own, 1)
  if (e.nearest >= 0) plain.others = `The nearest other entry, ${entryName(shown.entries[e.nearest])}, is at ${e.nearestDistance}.`
  return [
    plain,
    pdq(`PDQ ≤ ${PDQ_DISTANCE}, all views`, e.ownViews, e.views.length),
    ...classicNames.map((name, i): Line => {
      const d = distance(shown.picture.about!.classic[i]!, e.classic[i]!)
      return { name: `${name} ≤ ${CLASSIC_DISTANCE}`, found: d <= CLASSIC_DISTANCE, how: `${d} of 64 bits differ`, others: '', cells: none }
    }),
  ]
}
