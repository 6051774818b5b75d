// The pictures, the lists of hashes, and what the set is.

import { $, bytes, context, count, el } from '../../shared/dom'
import { listed } from '../state'
import type { Picture, State } from '../state'

export interface PictureActions { select(p: Picture): void; remove(p: Picture): void; removeList(index: number): void }

/** Draws pixels that came from the module. */
export function paint(canvas: HTMLCanvasElement, pixels: ImageData): void {
  canvas.width = pixels.width
  canvas.height = pixels.height
  const c = canvas.getContext('2d')!
  c.putImageData(pixels, 0, 0)
  // Transparent pixels are hashed as white.
  c.globalCompositeOperation = 'destination-over'
  c.fillStyle = '#fff'
  c.fillRect(0, 0, pixels.width, pixels.height)
}

export function drawPictures(s: State, actions: PictureActions): void {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined
  const good = s.pictures.filter(p => p.state !== 'broken')
  $('picture-list').replaceChildren(...good.map(p => item(p, s, actions)))
  if (focused) document.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus()
  $('broken').replaceChildren(...s.pictures.filter(p => p.state === 'broken').map(p => {
    const remove = el('button', 'small', 'Remove')
    remove.type = 'button'
    remove.setAttribute('aria-label', `Remove ${p.name}`)
    remove.addEventListener('click', () => actions.remove(p))
    return el('li', '', el('strong', '', p.name), ` ${p.error ?? ''} `, remove)
  }))
  $('clear').hidden = s.pictures.length === 0
  drawSet(s, actions)
}

function item(p: Picture, s: State, actions: PictureActions): HTMLElement {
  const canvas = el('canvas')
  if (p.thumbnail) paint(canvas, p.thumbnail)
  else context(canvas, 4, 3)
  const about = p.state === 'waiting' ? 'reading …' : facts(p, s)
  const button = el('button', 'picture', canvas, el('span', '', el('span', 'name', p.name), el('span', 'about', about)))
  button.type = 'button'
  button.disabled = p.state !== 'ready'
  button.dataset.key = `select-${p.key}`
  button.setAttribute('aria-pressed', String(p === s.selected))
  button.addEventListener('click', () => actions.select(p))
  const remove = el('button', 'remove', '×')
  remove.type = 'button'
  remove.dataset.key = `remove-${p.key}`
  remove.setAttribute('aria-label', `Remove ${p.name}`)
  remove.addEventListener('click', () => actions.remove(p))
  return el('div', 'picture-item', button, remove)
}

function facts(p: Picture, s: State): string {
  const { width, height, quality, decoder } = p.about!
  const parts = [`${count(width)} × ${count(height)}`, bytes(p.file.size)]
  if (!listed(p, s)) parts.push(`quality ${quality}: no list would hold it`)
  if (decoder === 'browser') parts.push('decoded by the browser: bits may differ from a measurement’s')
  return parts.join(', ')
}

function drawSet(s: State, actions: PictureActions): void {
  const own = s.pictures.filter(p => listed(p, s)).length
  const others = s.lists.reduce((n, l) => n + l.about.entries, 0)
  const pictures = own === 1 ? 'the original of the picture above' : `the originals of the ${own} pictures above`
  $('set-text').textContent = own + others === 0
    ? 'Empty. Entries are the originals of your pictures, and hashes of lists that you add.'
    : `${count(own + others)} ${own + others === 1 ? 'entry' : 'entries'}: ${[own ? pictures : '', others ? `${count(others)} of lists` : ''].filter(Boolean).join(', and ')}.`
  $('lists').replaceChildren(...s.lists.map((l, i) => {
    const remove = el('button', 'small', 'Remove')
    remove.type = 'button'
    remove.setAttribute('aria-label', `Remove the list ${l.name}`)
    remove.addEventListener('click', () => actions.removeList(i))
    const broken = l.about.broken.length ? el('details', '', el('summary', '', 'Broken records'), el('ul', '', ...l.about.broken.map(b => el('li', '', b)))) : ''
    return el('li', '', el('strong', '', l.name), ' ', remove, el('p', 'caption', l.about.summary), broken)
  }))
}
