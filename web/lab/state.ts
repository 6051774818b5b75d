// What the page knows: pictures, lists, schemes and the edit that is being looked at.

import type { Description, EditRequest, Examined, Listed, Opened, Operation, SchemeAbout } from './types'

export interface Picture {
  key: number
  name: string
  file: Blob
  state: 'waiting' | 'ready' | 'broken'
  /** Why it is broken. */
  error?: string
  about?: Opened & { decoder: 'module' | 'browser' }
  thumbnail?: ImageData
}

export interface HashList { name: string; hashes: Uint8Array; about: Listed }

export interface Scheme { name: string; about: SchemeAbout }

export interface Step { operation: string; amount: number }

/** What the set holds at a place. */
export type Entry = { picture: Picture } | { list: HashList; index: number }

export interface State {
  description: Description
  pictures: Picture[]
  lists: HashList[]
  schemes: Scheme[]
  /** The scheme that bits and probes are shown for. */
  scheme: number
  selected: Picture | undefined
  /** The steps that are made of the selected picture, and the suite's edit that they are, or nothing. */
  steps: Step[]
  editName: string
  seed: string
}

/** The recipe of steps. */
export function recipe(steps: readonly Step[], operations: readonly Operation[]): string {
  return steps.map(s => takesAmount(s.operation, operations) ? `${s.operation}:${number(s.amount)}` : s.operation).join(',')
}

export const takesAmount = (name: string, operations: readonly Operation[]): boolean =>
  operations.find(o => o.name === name)?.max !== 0

/** Takes a recipe apart, as far as it is well-formed: those of the module are. */
export function parseRecipe(text: string): Step[] {
  if (!text) return []
  return text.split(',').map(part => {
    const [operation = '', amount = '0'] = part.split(':')
    return { operation, amount: Number(amount) }
  })
}

/** An amount without the noise of binary fractions and without an exponent. */
export const number = (n: number): string => String(Math.round(n * 1e6) / 1e6)

/** What to ask the module for. A named edit draws its chance from its name, as a measurement does. */
export const editRequest = (s: State): EditRequest =>
  s.editName ? { name: s.editName, recipe: '' } : { name: '', recipe: recipe(s.steps, s.description.operations) }

/** Whether a list would hold the picture. */
export const listed = (p: Picture, s: State): boolean => p.state === 'ready' && (p.about?.quality ?? 0) >= s.description.minQuality

/** The set: an entry for each picture that can be listed, then those of the lists. */
export function entries(s: State): Entry[] {
  const out: Entry[] = s.pictures.filter(p => listed(p, s)).map(picture => ({ picture }))
  for (const list of s.lists) {
    for (let index = 0; index < list.hashes.length / 32; index++) out.push({ list, index })
  }
  return out
}

/** The set's hashes, 32 bytes each, in the order of {@link entries}. */
export function setBytes(s: State): Uint8Array {
  const own = s.pictures.filter(p => listed(p, s)).map(p => fromHex(p.about!.pdq))
  const parts = [...own, ...s.lists.map(l => l.hashes)]
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) {
    out.set(p, at)
    at += p.length
  }
  return out
}

/** A picture's place in the set, or −1. */
export const ownEntry = (p: Picture, s: State): number => s.pictures.filter(q => listed(q, s)).indexOf(p)

/** An entry's name for people. */
export const entryName = (e: Entry | undefined): string =>
  !e ? 'an entry' : 'picture' in e ? e.picture.name : `${e.list.name}, entry ${e.index + 1}`

export const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], b => parseInt(b, 16))

/** In how many bits two hashes in hex differ. */
export function distance(a: string, b: string): number {
  let n = 0
  for (let i = 0; i < a.length; i++) {
    for (let x = parseInt(a[i]!, 16) ^ parseInt(b[i] ?? '0', 16); x; x &= x - 1) n++
  }
  return n
}

/** The bits in which two PDQ hashes differ. */
export function flips(a: string, b: string): number[] {
  const out: number[] = []
  for (let k = 0; k < 256; k++) {
    const digit = 63 - (k >> 2)
    if ((parseInt(a[digit]!, 16) ^ parseInt(b[digit]!, 16)) >> (k & 3) & 1) out.push(k)
  }
  return out
}

/** What was found in a copy, with what it belongs to. */
export interface Shown { picture: Picture; own: number; examined: Examined; copy: ImageData; entries: Entry[]; schemes: Scheme[] }
