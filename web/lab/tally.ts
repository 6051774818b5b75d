// Counting over many pictures: what each method finds of each edit, and what it finds wrongly.

import { distance } from './state'
import type { Scheme } from './state'
import type { EditRequest, Examined, Rate } from './types'

/** Distances at which hashes are said to match. */
export const PDQ_DISTANCE = 31
export const CLASSIC_DISTANCE = 10

/** A way to recognise a picture. Private ones need equality only, so that the blinded protocol can carry them. */
export interface Method { name: string; private: boolean }

export function methods(schemes: readonly Scheme[], classic: readonly string[]): Method[] {
  return [
    ...schemes.map(s => ({ name: s.name, private: true })),
    { name: `PDQ ≤ ${PDQ_DISTANCE}`, private: false },
    { name: `PDQ ≤ ${PDQ_DISTANCE}, all views`, private: false },
    ...classic.map(name => ({ name: `${name} ≤ ${CLASSIC_DISTANCE}`, private: false })),
  ]
}

/** Whether each method recognises a copy as its own picture; `classic` are the original's. */
export function verdicts(e: Examined, own: number, classic: readonly string[]): boolean[] {
  const near = (d: number) => d >= 0 && d <= PDQ_DISTANCE
  return [
    ...e.schemes.map(s => own >= 0 && s.entries.includes(own)),
    near(e.own),
    near(e.ownViews),
    ...classic.map((h, i) => distance(h, e.classic[i] ?? '') <= CLASSIC_DISTANCE),
  ]
}

/** One edit and what came of it. */
export interface Row {
  label: string
  group: string
  edit: EditRequest
  /** How many copies there were, and how many of them each method found. */
  trials: number
  hits: number[]
  /** Copies that could not be made. */
  failed: number
}

/** A copy that a method took for another entry. */
export interface Wrong { picture: number; label: string; entry: number; methods: string[]; distance: number }

export class Tally {
  readonly wrong: Wrong[] = []
  readonly rows: Row[]

  constructor(readonly methods: readonly Method[], edits: readonly { label: string; group: string; edit: EditRequest }[]) {
    this.rows = edits.map(e => ({ ...e, trials: 0, hits: methods.map(() => 0), failed: 0 }))
  }

  /** Counts a copy. `distanceTo` is an entry's PDQ distance from the copy. */
  add(row: number, picture: number, own: number, e: Examined, classic: readonly string[], distanceTo: (entry: number) => number): void {
    const r = this.rows[row]!
    r.trials++
    verdicts(e, own, classic).forEach((found, i) => {
      if (found) r.hits[i]!++
    })
    const wrong = new Map<number, string[]>()
    const note = (entry: number, method: string) => {
      if (entry !== own) wrong.set(entry, [...wrong.get(entry) ?? [], method])
    }
    e.schemes.forEach((s, i) => s.entries.forEach(entry => note(entry, this.methods[i]!.name)))
    e.within.forEach(entry => note(entry, `PDQ ≤ ${PDQ_DISTANCE}`))
    for (const [entry, methods] of wrong) this.wrong.push({ picture, label: r.label, entry, methods, distance: distanceTo(entry) })
  }

  fail(row: number): void {
    this.rows[row]!.failed++
  }

  /** Hits and trials of all rows and methods, for intervals: row by row. */
  counts(): [number, number][] {
    return this.rows.flatMap(r => r.hits.map((h): [number, number] => [h, r.trials]))
  }
}

/** Edits of one operation from one amount to another, in so many steps. */
export function sweep(from: number, to: number, count: number, step: number): number[] {
  const out: number[] = []
  for (let i = 0; i < count; i++) {
    const exact = count === 1 ? from : from + (to - from) * i / (count - 1)
    const amount = Math.round(Math.round(exact / step) * step * 1e6) / 1e6
    if (!out.includes(amount)) out.push(amount)
  }
  return out
}

/** The table for spreadsheets (RFC 4180): a line for each edit and method. */
export function csv(tally: Tally, rates: readonly Rate[]): string {
  const lines = [['edit', 'recipe', 'group', 'method', 'private', 'copies', 'found', 'rate', 'low95', 'high95', 'failed']]
  tally.rows.forEach((r, i) => tally.methods.forEach((m, j) => {
    const rate = rates[i * tally.methods.length + j]
    lines.push([
      r.label, r.edit.recipe, r.group, m.name, String(m.private), String(r.trials), String(r.hits[j]),
      ...r.trials && rate ? [rate.value, rate.low, rate.high].map(v => v.toFixed(6)) : ['', '', ''], String(r.failed),
    ])
  }))
  return lines.map(l => l.map(cell).join(',')).join('\r\n') + '\r\n'
}

// A cell that begins like a formula is taken for one by spreadsheets; a picture's or an edit's name must not become that.
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
