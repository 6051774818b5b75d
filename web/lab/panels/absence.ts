// Checks a proof of absence: that no probe of a file is in a published set. The set's files, the proof and the picture are chosen from this device.

import { $, el, facts } from '../../shared/dom'
import type { Client } from '../pool'
import type { AbsencePlan, Absent } from '../types'

/** Files by what they are. Only the manifest and those ending in .shard are taken for the set's. */
interface Chosen { manifest?: File; shards: Map<string, File>; proof?: File; picture?: File }

/** Sorts files by their names: a set's, a proof's, and a picture. */
export function sort(files: readonly File[], into: Chosen = { shards: new Map() }): Chosen {
  for (const file of files) {
    if (file.name === 'manifest') into.manifest = file
    else if (file.name.endsWith('.shard')) into.shards.set(file.name, file)
    else if (file.name.endsWith('.absence')) into.proof = file
    else into.picture = file
  }
  return into
}

/** Checks a proof. Rejects with a sentence that says why it does not hold. */
export async function check(client: Client, chosen: Chosen): Promise<Absent> {
  const { manifest, proof, picture, shards } = chosen
  if (!manifest || !proof || !picture) throw new Error('The manifest, the proof and the picture are all needed.')
  const parts = await Promise.all([manifest, proof, picture].map(async f => new Uint8Array(await f.arrayBuffer())))
  const { answer: plan } = await client.call({ op: 'absence', lengths: parts.map(p => p.length) }, { bytes: join(parts) })
  return (await client.call({ op: 'absence-finish' }, { bytes: join(await read(plan, shards)) })).answer
}

/** Reads what a check needs of the set's files: the digests of every shard, then the blocks. */
async function read(plan: AbsencePlan, shards: Map<string, File>): Promise<Uint8Array[]> {
  const files = plan.shards.map(s => {
    const file = shards.get(s.file)
    if (!file) throw new Error(`The set's file ${s.file.slice(0, 12)}….shard is missing: choose all files of the set.`)
    if (file.size !== s.bytes) throw new Error(`The set's file ${s.file.slice(0, 12)}….shard is ${file.size} bytes long and should be ${s.bytes}.`)
    return file
  })
  const slices = [
    ...plan.shards.map((s, i) => files[i]!.slice(0, s.leaves)),
    ...plan.blocks.map(b => files[b.shard]!.slice(b.offset, b.offset + b.length)),
  ]
  return Promise.all(slices.map(async s => new Uint8Array(await s.arrayBuffer())))
}

function join(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) {
    all.set(p, at)
    at += p.length
  }
  return all
}

/** Makes the panel work. */
export function initAbsence(client: () => Client): void {
  let chosen: Chosen = { shards: new Map() }
  let round = 0
  const draw = (): void => {
    const list: [string, string][] = [
      ['Set', chosen.manifest ? `manifest and ${chosen.shards.size} ${chosen.shards.size === 1 ? 'shard' : 'shards'}` : 'choose its manifest and shards'],
      ['Proof', chosen.proof?.name ?? 'choose the .absence file'],
      ['Picture', chosen.picture?.name ?? 'choose the picture itself'],
    ]
    facts($('absence-files'), list)
  }
  const show = (state: 'waiting' | 'busy' | 'absent' | 'refused', text: string): void => {
    $('absence-verdict').dataset.state = state
    $('absence-verdict').textContent = text
    $('absence-facts').replaceChildren()
    $('absence-covers').replaceChildren()
  }
  const run = async (): Promise<void> => {
    const mine = ++round
    draw()
    if (!chosen.manifest || !chosen.proof || !chosen.picture) return show('waiting', 'Waiting for the set, the proof and the picture.')
    show('busy', 'Checking …')
    try {
      const absent = await check(client(), chosen)
      if (mine !== round) return
      show('absent', 'Absent: this file, this set, this scheme.')
      facts($('absence-facts'), [
        ['Set', absent.set], ['File', absent.file], ['Probes', String(absent.probes)], ['Layers', String(absent.layers)],
      ], ['Set', 'File'])
      $('absence-covers').replaceChildren(...absent.coverage.map(p => el('li', '', el('code', '', `${p.hasher}  ${p.scheme}`))))
    } catch (err) {
      if (mine === round) show('refused', err instanceof Error ? err.message : String(err))
    }
  }
  const take = (files: readonly File[]): void => {
    chosen = sort(files, chosen)
    void run()
  }
  const input = $<HTMLInputElement>('absence-input')
  input.addEventListener('change', () => {
    take([...(input.files ?? [])])
    input.value = ''
  })
  const zone = $('absence-drop')
  for (const kind of ['dragover', 'drop']) {
    zone.addEventListener(kind, event => {
      event.preventDefault()
      event.stopPropagation() // the page takes dropped pictures too
      const files = (event as DragEvent).dataTransfer?.files
      if (kind === 'drop' && files) take([...files])
    })
  }
  $('absence-clear').addEventListener('click', () => {
    chosen = { shards: new Map() }
    void run()
  })
  void run()
}
