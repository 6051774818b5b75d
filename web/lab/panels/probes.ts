// The probes of one scheme, view by view, and which of them is an entry's token.

import { bit, viewName } from '../../shared/bits'
import { $, colour, context, el } from '../../shared/dom'
import { entryName } from '../state'
import type { Shown } from '../state'
import type { ProbeResult } from '../types'
import { tokenFlips } from './verdicts'

export function drawProbes(shown: Shown, index: number): void {
  const scheme = shown.schemes[index]
  const result = shown.examined.schemes[index]
  if (!scheme || !result) return
  const hit = result.probes.findIndex(p => p.entries.includes(shown.own))
  $('probes-text').textContent = `Guesses at the token of the entry: the copy’s bits, with the most doubtful ones inverted, best first. ${
    shown.own < 0 ? '' : hit < 0 ? 'None of these is the original’s token.' : `Probe ${hit + 1} is the original’s token.`}`
  const entry = shown.picture.about!.pdq
  // Views with a probe that reached the original come first.
  const hits = (view: string) => result.probes.some(p => p.view === view && p.entries.includes(shown.own))
  const views = [...scheme.about.views].sort((a, b) => Number(hits(b)) - Number(hits(a)))
  $('probes').replaceChildren(...views.map(view => {
    const found = shown.examined.views.find(v => v.view === view)!
    const probes = result.probes.map((p, i) => ({ p, i })).filter(({ p }) => p.view === view)
    const missing = tokenFlips(entry, found.pdq, scheme.about.places).length
    const about = found.quality < 50 ? `quality ${found.quality}: not used`
      : `${probes.length} ${probes.length === 1 ? 'probe' : 'probes'}${shown.own < 0 ? '' : missing === 0 ? '; the token is the entry’s' : `; ${missing} to invert`}`
    return el('section', 'probe-view', el('h3', '', viewName(view), ' ', el('span', 'caption', about)),
      el('ol', 'probes', ...probes.map(({ p, i }) => probe(p, i, found.pdq, shown, scheme.about.places))))
  }))
}

function probe(p: ProbeResult, i: number, pdq: string, shown: Shown, places: number[]): HTMLLIElement {
  const canvas = el('canvas')
  const side = Math.max(...places.map(k => Math.max(k >> 4, k & 15))) + 1
  const cell = Math.max(2, Math.floor(48 / side))
  const c = context(canvas, side * cell, side * cell)
  const flipped = new Set(p.flips)
  for (const k of places) {
    c.fillStyle = colour(flipped.has(k) ? '--flip' : bit(pdq, k) ? '--bit-on' : '--bit-off')
    c.fillRect((k & 15) * cell, (k >> 4) * cell, cell - 0.5, cell - 0.5)
  }
  const is = p.entries.includes(shown.own) ? 'hit' : p.entries.length ? 'hit other' : ''
  const item = el('li', `probe ${is}`, canvas, el('span', '', p.flips.length === 0 ? 'as is' : `${p.flips.length} ${p.flips.length === 1 ? 'flip' : 'flips'}`))
  if (p.entries.length) item.append(el('strong', '', is === 'hit' ? 'hit' : `hits ${entryName(shown.entries[p.entries[0]!])}`))
  item.title = `Probe ${i + 1}: ${p.flips.length ? `bits ${p.flips.join(', ')} inverted` : 'nothing inverted'}; token ${p.token}`
  return item
}
