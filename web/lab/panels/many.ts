// Many pictures: what is measured, the table of what was found, and the plot of a sweep.

import { $, el } from '../../shared/dom'
import { number } from '../state'
import type { State } from '../state'
import { sweep } from '../tally'
import type { Tally } from '../tally'
import type { EditRequest, Rate } from '../types'

/** What is to be measured: edits, and if they are a sweep, of what. */
export interface Plan { edits: { label: string; group: string; edit: EditRequest }[]; amounts?: { title: string; unit: string; values: number[] } }

const SWEEP = 'sweep'

export function initMany(s: State): void {
  const groups = [...new Set(s.description.edits.map(e => e.group))]
  const choice = (value: string, text: string, checked: boolean): HTMLLabelElement => {
    const box = el('input')
    box.type = 'checkbox'
    box.value = value
    box.checked = checked
    return el('label', 'choice', box, ` ${text}`)
  }
  $('groups').replaceChildren(...groups.map(g => {
    const n = s.description.edits.filter(e => e.group === g).length
    return choice(g, `${g} (${n}${g === 'large messenger' ? ', of photographs above 1600 pixels' : ''})`, g === 'messenger' || g === 'recode')
  }), choice('own', 'the edits above', false))
  const select = $<HTMLSelectElement>('sweep-edit')
  const operations = s.description.operations.filter(o => o.max !== 0 && o.name !== 'caption-text')
  select.append(new Option('no sweep: the edits chosen above', ''), ...operations.map(o => new Option(`${o.title}${o.unit ? ` (${o.unit})` : ''}`, o.name)))
  select.addEventListener('change', () => {
    const o = operations.find(o => o.name === select.value)
    for (const id of ['sweep-from', 'sweep-to', 'sweep-steps']) $<HTMLInputElement>(id).disabled = !o
    for (const box of document.querySelectorAll<HTMLInputElement>('#groups input')) box.disabled = !!o
    if (!o) return
    const [from, to] = usualSweep[o.name] ?? [o.min, o.max]
    $<HTMLInputElement>('sweep-from').value = number(from)
    $<HTMLInputElement>('sweep-to').value = number(to)
  })
  select.dispatchEvent(new Event('change'))
}

const usualSweep: Record<string, [number, number]> = {
  jpeg: [90, 6], webp: [90, 0], scale: [100, 10], 'scale-sharp': [100, 10], 'long-side': [1600, 64], crop: [1, 15], bottom: [1, 15], turn: [0.5, 7.5],
  'turn-cropped': [0.5, 7.5], rotate: [0.5, 7.5], 'rotate-cropped': [0.5, 7.5], bars: [2, 30], caption: [2, 30], frame: [2, 30],
  brightness: [1, 2.4], contrast: [1, 2.4], gamma: [1, 3], blur: [0.5, 7.5], noise: [5, 75], text: [1, 15], logo: [1, 15],
}

/** What the person has chosen. A sentence instead says what is wrong. */
export function chosen(s: State, own: EditRequest): Plan | string {
  const operation = $<HTMLSelectElement>('sweep-edit').value
  if (operation) {
    const o = s.description.operations.find(o => o.name === operation)!
    const [from, to, steps] = ['sweep-from', 'sweep-to', 'sweep-steps'].map(id => $<HTMLInputElement>(id).valueAsNumber) as [number, number, number]
    if (![from, to].every(v => v >= o.min && v <= o.max)) return `${o.title} goes from ${number(o.min)} to ${number(o.max)}${o.unit && ` ${o.unit}`}.`
    if (!(steps >= 2 && steps <= 40)) return 'A sweep has 2 to 40 steps.'
    const values = sweep(from, to, Math.round(steps), o.step)
    return {
      amounts: { title: o.title, unit: o.unit, values },
      edits: values.map(v => ({ label: `${operation}:${number(v)}`, group: SWEEP, edit: { name: '', recipe: `${operation}:${number(v)}` } })),
    }
  }
  const groups = [...document.querySelectorAll<HTMLInputElement>('#groups input:checked')].map(b => b.value)
  const edits = s.description.edits.filter(e => groups.includes(e.group)).map(e => ({ label: e.name, group: e.group, edit: { name: e.name, recipe: '' } }))
  if (groups.includes('own')) edits.push({ label: own.name || own.recipe || 'as it is', group: 'the edits above', edit: own })
  if (edits.length === 0) return 'Choose a group of edits, or a sweep.'
  return { edits: [{ label: 'as it is', group: 'as it is', edit: { name: '', recipe: '' } }, ...edits.filter(e => e.label !== 'as it is')] }
}

/** Draws what was counted so far. */
export function drawRecall(tally: Tally, rates: readonly Rate[], plan: Plan): void {
  const rows = tally.rows.map((r, i) => ({ r, rates: tally.methods.map((_, j) => rates[i * tally.methods.length + j]!) })).filter(({ r }) => r.trials > 0)
  if (rows.length === 0) return $('recall').replaceChildren(el('p', 'caption', 'Nothing was measured.'))
  const head = el('tr', '', th('Edit', 'col'), th('n', 'col'), ...tally.methods.map(m => th(m.private ? m.name : `${m.name} *`, 'col')))
  const body = el('tbody')
  let group = ''
  for (const { r, rates } of rows) {
    if (r.group !== group && r.group !== SWEEP) {
      group = r.group
      const title = th(group, 'colgroup')
      title.colSpan = tally.methods.length + 2
      body.append(el('tr', 'group', title))
    }
    const n = el('td', 'amount', String(r.trials))
    if (r.failed) n.title = `${r.failed} copies could not be made`
    body.append(el('tr', '', th(r.label, 'row'), n, ...rates.map((rate, j) => rateCell(rate, r.hits[j]!, r.trials))))
  }
  const table = el('table', 'recall-table', el('thead', '', head), body)
  const box = el('div', 'scroll', table)
  box.tabIndex = 0
  box.setAttribute('role', 'region')
  box.setAttribute('aria-label', 'What was found, by edit and method')
  $('recall').replaceChildren(...plan.amounts ? [plot(tally, rates, plan.amounts)] : [], box,
    el('p', 'caption', 'Part of the copies that were found, with its 95 % interval (Wilson). * compares distances, which the private protocol cannot.'))
}

function th(text: string, scope: 'row' | 'col' | 'colgroup'): HTMLTableCellElement {
  const cell = el('th', '', text)
  cell.scope = scope
  return cell
}

const rateText = (v: number): string => v === 0 || v === 1 ? String(v) : v.toFixed(2).replace(/^0/, '')

function rateCell(rate: Rate, hits: number, trials: number): HTMLTableCellElement {
  const cell = el('td', 'rate', el('span', 'rate-value', rateText(rate.value)), el('span', 'rate-interval', `${rateText(rate.low)}–${rateText(rate.high)}`))
  const bar = el('span', 'rate-bar')
  const part = el('span', 'rate-part')
  part.style.width = `${rate.value * 100}%`
  const interval = el('span', 'rate-band')
  interval.style.left = `${rate.low * 100}%`
  interval.style.width = `${(rate.high - rate.low) * 100}%`
  bar.append(part, interval)
  cell.append(bar)
  cell.title = `${hits} of ${trials}`
  return cell
}

const SVG = 'http://www.w3.org/2000/svg'

function svg<K extends keyof SVGElementTagNameMap>(name: K, attributes: Record<string, string | number>, ...children: (Node | string)[]): SVGElementTagNameMap[K] {
  const e = document.createElementNS(SVG, name)
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, String(v))
  e.append(...children)
  return e
}

/** Rates over an edit's strength, a line for each method. */
function plot(tally: Tally, rates: readonly Rate[], amounts: { title: string; unit: string; values: number[] }): HTMLElement {
  const [w, h, left, bottom] = [720, 300, 44, 40]
  const low = Math.min(...amounts.values)
  const high = Math.max(...amounts.values)
  const x = (v: number) => left + (w - left - 16) * (high === low ? 0.5 : (v - low) / (high - low))
  const y = (v: number) => 12 + (h - bottom - 12) * (1 - v)
  const chart = svg('svg', { viewBox: `0 0 ${w} ${h}`, role: 'img', 'aria-label': `Part found, over ${amounts.title}; the table below has the figures`, class: 'plot' })
  for (const v of [0, 0.25, 0.5, 0.75, 1]) {
    chart.append(svg('line', { x1: left, x2: w - 16, y1: y(v), y2: y(v), class: 'grid-line' }), svg('text', { x: left - 8, y: y(v) + 4, class: 'tick', 'text-anchor': 'end' }, rateText(v)))
  }
  for (const v of ticks(amounts.values)) chart.append(svg('text', { x: x(v), y: h - bottom + 20, class: 'tick', 'text-anchor': 'middle' }, number(v)))
  chart.append(svg('text', { x: (w + left) / 2, y: h - 4, class: 'tick', 'text-anchor': 'middle' }, `${amounts.title}${amounts.unit && `, ${amounts.unit}`}`))
  const n = tally.methods.length
  tally.methods.forEach((m, j) => {
    const points = tally.rows.map((r, i) => ({ v: amounts.values[i]!, rate: rates[i * n + j]!, trials: r.trials })).filter(p => p.trials > 0)
    const series = svg('g', { class: `series s-${j % 9}${m.private ? '' : ' plain'}` }, svg('title', {}, m.name))
    series.append(svg('polyline', { points: points.map(p => `${x(p.v)},${y(p.rate.value)}`).join(' ') }))
    for (const p of points) {
      series.append(svg('line', { x1: x(p.v), x2: x(p.v), y1: y(p.rate.low), y2: y(p.rate.high), class: 'whisker' }), svg('circle', { cx: x(p.v), cy: y(p.rate.value), r: 3.5 }))
    }
    chart.append(series)
  })
  const legend = el('ul', 'plot-legend', ...tally.methods.map((m, j) => el('li', '', el('span', `swatch s-${j % 9}${m.private ? '' : ' plain'}`), m.private ? m.name : `${m.name} *`)))
  return el('figure', 'plot-figure', chart as unknown as HTMLElement, legend)
}

/** At most eight of the values, to stand below the axis. */
function ticks(values: readonly number[]): number[] {
  const every = Math.ceil(values.length / 8)
  return values.filter((_, i) => i % every === 0)
}
