// The bits of the original and of the copy, the token among them, and which of them the edit inverted.

import { SIDE, bit, outline } from '../../shared/bits'
import { $, colour, context, facts } from '../../shared/dom'
import { flips } from '../state'
import type { Scheme, Shown } from '../state'
import { tokenFlips } from './verdicts'

const CELL = 16

export function drawBits(shown: Shown, scheme: Scheme | undefined): void {
  const original = shown.picture.about!.pdq
  const copy = shown.examined.views[0]!.pdq
  const flipped = new Set(flips(original, copy))
  const places = new Set(scheme?.about.places ?? [])
  const margins = [...shown.examined.margins].sort((a, b) => a - b)
  const middle = margins[128] || 1
  grid('bits-original', places, c => k => {
    c.fillStyle = colour(bit(original, k) ? '--bit-on' : '--bit-off')
    return 1
  })
  grid('bits-copy', places, c => k => {
    c.fillStyle = colour(flipped.has(k) ? '--flip' : bit(copy, k) ? '--bit-on' : '--bit-off')
    return flipped.has(k) ? 1 : 0.3 + 0.7 * Math.min(1, shown.examined.margins[k]! / middle)
  })
  $('bits-original').setAttribute('aria-label', `The original’s 16 by 16 bits: ${original}`)
  $('bits-copy').setAttribute('aria-label', `The copy’s 16 by 16 bits: ${copy}; ${flipped.size} are inverted`)
  $('bits-caption').textContent = `Each square is a frequency, the lowest at the upper left. ${scheme
    ? `The line goes around the token’s ${scheme.about.bits}. ` : ''}In the copy inverted bits are orange, and the paler one is, the more it is in doubt.`
  const token = tokenFlips(original, copy, [...places])
  const order = [...places].sort((a, b) => shown.examined.margins[a]! - shown.examined.margins[b]!)
  const ranks = token.map(k => order.indexOf(k) + 1).sort((a, b) => a - b)
  const up = [...flipped].filter(k => bit(copy, k)).length
  facts($('bits-facts'), [
    ['Inverted', `${flipped.size} of 256: ${up} to 1, ${flipped.size - up} to 0`],
    ['In the token', `${token.length} of ${places.size}`],
    ['How doubtful', token.length === 0 ? 'none is needed' : `${ranks.map(r => `${r}.`).join(', ')} of ${places.size}, the most doubtful first`],
    ['Quality', `${shown.picture.about!.quality}, copy ${shown.examined.views[0]!.quality}`],
    ['Original', original],
    ['Copy', copy],
  ], ['Original', 'Copy'])
}

function grid(id: string, places: ReadonlySet<number>, brush: (c: CanvasRenderingContext2D) => (k: number) => number): void {
  const c = context($<HTMLCanvasElement>(id), SIDE * CELL, SIDE * CELL)
  const paint = brush(c)
  for (let k = 0; k < 256; k++) {
    c.globalAlpha = paint(k)
    c.fillRect((k & 15) * CELL, (k >> 4) * CELL, CELL - 1, CELL - 1)
  }
  c.globalAlpha = 1
  if (places.size < 256) outline(c, CELL, places, colour('--accent'))
}
