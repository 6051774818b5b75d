// What the policy asks for, beside what the set has. The scanner has judged already; this is for people.

import type { SetInfo } from '@veilhash/web'
import { tokenBits } from './hash'

/** A policy's text, read for display. */
export interface Policy {
  number(name: string): number
  kinds: string
  curators: string[]
  /** How many witnesses must have cosigned, of how many. */
  quorum: [number, number]
}

export function readPolicy(text: string): Policy {
  const lines = text.split('\n').map(l => l.split(' '))
  const all = (name: string) => lines.filter(l => l[0] === name)
  const witnesses = all('witness').length
  const quorum = all('quorum')[0]?.[1]
  const group = all('group').find(g => g[1] === quorum)
  return {
    number: name => Number(all(name)[0]?.[1] ?? 0),
    kinds: all('kinds')[0]?.[1] ?? 'none',
    curators: all('curator').map(l => l[1]!.split('+')[0]!),
    quorum: [group ? Number(group[2]) : quorum && quorum !== 'none' ? 1 : 0, witnesses],
  }
}

/** One thing that is asked for, and what there is. */
export interface Floor {
  what: string
  asked: string
  found: string
}

const most = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`

export function floors(p: Policy, set: SetInfo): Floor[] {
  const found = set.transparency
  const probes = [...(/\bprobes=(\S+)/.exec(set.scheme)?.[1] ?? '').matchAll(/:(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0) || 1
  const margin = Math.floor(tokenBits(set.scheme) - Math.log2(set.capacity * probes))
  const rows: Floor[] = [
    { what: 'Matches before anything opens', asked: `${p.number('min-threshold')} or more`, found: String(set.threshold) },
    { what: 'Synthetic vouchers a period', asked: `${p.number('min-synthetics')} or more`, found: String(set.synthetics) },
    { what: 'Bits of a token', asked: `${p.number('min-token-bits')} or more`, found: String(tokenBits(set.scheme)) },
    { what: 'Bits to spare against chance', asked: `${p.number('min-margin-bits')} or more`, found: String(margin) },
    { what: 'What a voucher may carry', asked: p.kinds.replace(',', ' or '), found: set.kinds.replace(',', ' or ') },
  ]
  if (p.curators.length > 0) {
    rows.push({ what: 'Curators who recognise an entry', asked: `${p.number('require')} or more`, found: String(set.require) })
    rows.push({ what: 'Curators who signed', asked: `${p.number('require')} of ${p.curators.length} known`, found: String(found?.curators.length ?? 0) })
  }
  if (found?.log) {
    const [quorum, known] = p.quorum
    rows.push({ what: 'Witnesses', asked: `${quorum} of ${known} known`, found: String(found.log.witnesses.length) })
    const age = Math.max(0, Date.now() - Math.max(...found.log.witnesses.map(w => w.time)))
    rows.push({ what: 'Age of their word', asked: `${most(p.number('max-age-hours'), 'hour')} at most`, found: span(age) })
  }
  return rows
}

/** A time's length for people. */
function span(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return 'under a minute'
  return minutes < 120 ? most(minutes, 'minute') : most(Math.round(minutes / 60), 'hour')
}
