// Pairs of pictures that are near to each other by PDQ, and copies that were taken for another picture.

import { $, el } from '../../shared/dom'
import { distance, entryName, listed } from '../state'
import type { Entry, Picture, State } from '../state'
import { PDQ_DISTANCE } from '../tally'
import type { Wrong } from '../tally'
import { paint } from './pictures'

export interface Pair { a: Picture; b: Picture; distance: number }

/** The nearest pairs, the nearest first. */
export function nearest(pictures: readonly Picture[], most: number): Pair[] {
  const out: Pair[] = []
  pictures.forEach((a, i) => pictures.slice(0, i).forEach(b => out.push({ a: b, b: a, distance: distance(a.about!.pdq, b.about!.pdq) })))
  return out.sort((x, y) => x.distance - y.distance).slice(0, most)
}

export function drawPairs(s: State): Pair[] {
  const pictures = s.pictures.filter(p => listed(p, s))
  const pairs = nearest(pictures, 6)
  $('pairs-text').textContent = pairs.length === 0 ? 'With two pictures or more, the nearest pairs stand here.'
    : `The nearest of ${pictures.length * (pictures.length - 1) / 2} by PDQ. Unrelated pictures differ in about 128 of 256 bits; at ${PDQ_DISTANCE} and below they are said to match.`
  $('pairs').replaceChildren(...pairs.map(p => figure(p.a, p.b.thumbnail, p.b.name, `${p.distance} bits apart`, p.distance <= PDQ_DISTANCE, `${p.a.name} and ${p.b.name}`)))
  return pairs
}

/** At most this many are shown as pictures; all of them are in what is saved. */
const SHOWN = 24

export function drawWrong(wrong: readonly Wrong[], s: State, all: readonly Entry[]): void {
  $('wrong-title').hidden = wrong.length === 0
  $('wrong').replaceChildren(...wrong.slice(0, SHOWN).flatMap(w => {
    const a = s.pictures.find(p => p.key === w.picture)
    const e = all[w.entry]
    if (!a) return []
    const thumbnail = e && 'picture' in e ? e.picture.thumbnail : undefined
    return [figure(a, thumbnail, entryName(e), `${w.label}: ${w.methods.join(', ')}; ${w.distance} bits apart`, true, `${a.name} taken for ${entryName(e)}`)]
  }), ...wrong.length > SHOWN ? [el('p', 'caption', `and ${wrong.length - SHOWN} more, in what is saved`)] : [])
}

function figure(a: Picture, other: ImageData | undefined, name: string, text: string, match: boolean, label: string): HTMLElement {
  const image = (pixels: ImageData | undefined): HTMLCanvasElement | HTMLElement => {
    if (!pixels) return el('span', 'no-picture', 'a hash of a list')
    const canvas = el('canvas')
    paint(canvas, pixels)
    return canvas
  }
  const f = el('figure', match ? 'pair-figure match' : 'pair-figure', image(a.thumbnail), image(other), el('figcaption', '', el('strong', '', text), el('span', '', `${a.name} – ${name}`)))
  f.setAttribute('role', 'group')
  f.setAttribute('aria-label', label)
  return f
}
