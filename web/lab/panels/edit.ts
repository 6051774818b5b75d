// The edits: a named one to begin with, and the steps with their sliders.

import { $, el } from '../../shared/dom'
import { number, parseRecipe } from '../state'
import type { State, Step } from '../state'
import type { Operation } from '../types'

/** Fills the choices that do not change. `changed` follows every change of the state's steps. */
export function initEdit(s: State, changed: () => void): void {
  const preset = $<HTMLSelectElement>('preset')
  preset.append(new Option('the picture as it is', ''), ...grouped(s.description.edits, e => e.group, e => new Option(e.name, e.name)), new Option('edits of your own', 'own'))
  preset.options[preset.options.length - 1]!.disabled = true
  preset.addEventListener('change', () => {
    s.editName = preset.value
    s.steps = parseRecipe(s.description.edits.find(e => e.name === preset.value)?.recipe ?? '')
    drawEdit(s, changed)
    changed()
  })
  const add = $<HTMLSelectElement>('add')
  add.append(new Option('an edit …', ''), ...grouped(s.description.operations, o => o.group, o => new Option(o.title, o.name)))
  add.addEventListener('change', () => {
    const o = s.description.operations.find(o => o.name === add.value)
    add.value = ''
    if (!o) return
    s.steps.push({ operation: o.name, amount: o.usual })
    own(s, changed)
    drawEdit(s, changed)
    $('steps').querySelector<HTMLElement>('li:last-child input, li:last-child button')?.focus()
  })
  const seed = $<HTMLInputElement>('seed')
  seed.addEventListener('input', () => {
    if (!/^\d{1,19}$/.test(seed.value)) return
    s.seed = seed.value
    changed()
  })
}

/** Options in groups, in the order in which groups come first. */
function grouped<T>(all: readonly T[], group: (t: T) => string, option: (t: T) => HTMLOptionElement): HTMLOptGroupElement[] {
  const groups = new Map<string, HTMLOptGroupElement>()
  for (const t of all) {
    let g = groups.get(group(t))
    if (!g) {
      g = el('optgroup')
      g.label = group(t)
      groups.set(group(t), g)
    }
    g.append(option(t))
  }
  return [...groups.values()]
}

/** The steps are the person's own now. */
function own(s: State, changed: () => void): void {
  s.editName = ''
  $<HTMLSelectElement>('preset').value = s.steps.length ? 'own' : ''
  changed()
}

export function drawEdit(s: State, changed: () => void): void {
  $<HTMLSelectElement>('preset').value = s.editName || (s.steps.length ? 'own' : '')
  $('steps').replaceChildren(...s.steps.map((step, i) => row(step, i, s, changed)))
}

function row(step: Step, i: number, s: State, changed: () => void): HTMLLIElement {
  const o = s.description.operations.find(o => o.name === step.operation)!
  const item = el('li', 'edit-step')
  const title = el('span', 'step-title', o.title)
  title.id = `step-${i}`
  item.append(title, buttons(i, o, s, changed))
  if (o.max === 0) return item
  const slider = el('input')
  slider.type = 'range'
  const [low, high] = range(o)
  Object.assign(slider, { min: String(low), max: String(high), step: String(o.step), value: number(step.amount) })
  slider.setAttribute('aria-labelledby', title.id)
  const field = el('input', 'amount')
  field.type = 'number'
  Object.assign(field, { min: String(o.min), max: String(o.max), step: 'any', value: number(step.amount) })
  field.setAttribute('aria-labelledby', title.id)
  slider.addEventListener('input', () => {
    step.amount = Number(slider.value)
    field.value = number(step.amount)
    field.setCustomValidity('')
    own(s, changed)
  })
  field.addEventListener('input', () => {
    const amount = Number(field.value)
    const good = field.value !== '' && amount >= o.min && amount <= o.max && (!whole(o) || Number.isInteger(amount))
    field.setCustomValidity(good ? '' : `From ${number(o.min)} to ${number(o.max)}${whole(o) ? ', a whole number' : ''}`)
    field.reportValidity()
    if (!good) return
    step.amount = amount
    slider.value = field.value
    own(s, changed)
  })
  item.append(slider, el('span', 'amount-field', field, el('span', 'unit', o.unit)))
  return item
}

/** Amounts that the module takes as whole numbers. */
const whole = (o: Operation): boolean => o.step >= 1 && o.unit !== '%'

/** The part of an operation's range where something is to be seen; the field beside the slider takes the whole of it. */
function range(o: Operation): [number, number] {
  const most: Record<string, number> = {
    scale: 200, 'scale-sharp': 200, 'long-side': 2048, crop: 30, bottom: 30, turn: 15, 'turn-cropped': 15, rotate: 15, 'rotate-cropped': 15,
    brightness: 2, contrast: 2, gamma: 3, blur: 6, noise: 40, text: 20, logo: 25,
  }
  const high = most[o.name] ?? o.max
  return [o.min < 0 ? -high : o.min, high]
}

function buttons(i: number, o: Operation, s: State, changed: () => void): HTMLElement {
  const act = (text: string, label: string, can: boolean, f: () => void): HTMLButtonElement => {
    const b = el('button', 'small', text)
    b.type = 'button'
    b.disabled = !can
    b.setAttribute('aria-label', `${label}: ${o.title}`)
    b.addEventListener('click', () => {
      f()
      own(s, changed)
      drawEdit(s, changed)
      const rows = $('steps').children
      rows[Math.min(i, rows.length - 1)]?.querySelector<HTMLElement>('button:not(:disabled)')?.focus()
    })
    return b
  }
  const swap = (j: number) => [s.steps[i], s.steps[j]] = [s.steps[j]!, s.steps[i]!]
  return el('span', 'step-buttons',
    act('↑', 'Earlier', i > 0, () => swap(i - 1)),
    act('↓', 'Later', i < s.steps.length - 1, () => swap(i + 1)),
    act('×', 'Remove', true, () => s.steps.splice(i, 1)))
}
