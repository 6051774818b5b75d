// Pictures of hashes: the 16×16 grid, and the small ones of the probes.

import type { ProbeReport, Report } from '@veilhash/web'
import { SIDE, bit, byFrequency, outline, viewName } from '../shared/bits'
import { $, colour, context, el, facts, fill } from './dom'

/** How many bits of the hash make a token, from the set's scheme. */
export function tokenBits(scheme: string): number {
  return Number(/\bbits=(\d+)/.exec(scheme)?.[1] ?? 64)
}

/** Draws the grid without a hash. */
export function drawEmpty(): void {
  grid(() => false)
}

const CELL = 13

function grid(on: (k: number) => boolean): CanvasRenderingContext2D {
  const c = context($<HTMLCanvasElement>('hash'), SIDE * CELL, SIDE * CELL)
  const [set, unset] = [colour('--bit-on'), colour('--bit-off')]
  for (let k = 0; k < 256; k++) {
    c.fillStyle = on(k) ? set : unset
    c.fillRect((k & 15) * CELL, (k >> 4) * CELL, CELL - 1, CELL - 1)
  }
  return c
}

/** Draws the hash, with a line around the bits that make a token. */
export function drawHash(report: Report, scheme: string): void {
  const canvas = $<HTMLCanvasElement>('hash')
  const pdq = report.pdq
  const bits = tokenBits(scheme)
  const c = grid(k => pdq !== undefined && bit(pdq, k) === 1)
  fill($('hash-card'))
  if (!pdq) {
    canvas.setAttribute('aria-label', 'There is no hash')
    facts($('hash-facts'), [['Hash', 'none']])
    $('hash-caption').textContent = 'The file has no pixels that could be hashed. It sends a voucher all the same.'
    return
  }
  outline(c, CELL, new Set(byFrequency.slice(0, bits)), colour('--flip'))
  canvas.setAttribute('aria-label', `The hash as 16 by 16 bits: ${pdq}`)
  facts($('hash-facts'), [
    ['Quality', `${report.quality} of 100`],
    ['Hash', pdq],
  ], ['Hash'])
  $('hash-caption').textContent =
    `The line goes around the ${bits} coarsest answers: they make the token that the set is asked for.`
}

/** Draws all probes of a voucher. */
export function drawProbes(report: Report, scheme: string): void {
  const bits = tokenBits(scheme)
  $('probes').replaceChildren(...report.probes.map(p => probe(p, report, bits)))
  const real = report.probes.filter(p => p.real).length
  const dummies = report.probes.length - real
  const dummy = 'random numbers that ask about nothing. From outside nobody can tell.'
  $('probes-caption').textContent = dummies === 0
    ? `All ${real} ask about this picture. They are shuffled before they are sealed.`
    : real === 0 ? `All ${dummies} are dummies: ${dummy}` : `${real} ask about this picture, ${dummies} are dummies: ${dummy}`
  fill($('probes-card'))
}

function probe(p: ProbeReport, report: Report, bits: number): HTMLLIElement {
  const canvas = el('canvas')
  const label = p.real ? viewName(p.view) : 'dummy'
  const flips = p.flips.length
  const pdq = report.views.find(v => v.view === p.view)?.pdq
  const inside = byFrequency.slice(0, bits)
  const side = Math.max(...inside.map(k => Math.max(k >> 4, k & 15))) + 1
  const cell = Math.max(3, Math.floor(56 / side))
  const c = context(canvas, side * cell, side * cell)
  const flipped = new Set(p.flips)
  for (const k of inside) {
    const on = p.real && pdq ? bit(pdq, k) ^ (flipped.has(k) ? 1 : 0) : 0
    c.fillStyle = colour(flipped.has(k) ? '--flip' : on ? '--bit-on' : '--bit-off')
    c.fillRect((k & 15) * cell, (k >> 4) * cell, cell - 0.5, cell - 0.5)
  }
  const item = el('li', p.real ? 'probe' : 'probe dummy', canvas, el('span', '', label))
  if (p.real) item.append(el('span', flips ? 'flip-word' : '', flips === 0 ? 'no flip' : flips === 1 ? '1 flip' : `${flips} flips`))
  return item
}
