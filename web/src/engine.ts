// The scanner itself, on whichever thread: from a picture to a voucher (docs/protocol.md, sections 2 to 6).
//
// Once a set is active, sealing does not fail: whatever goes wrong with a picture or with a block of the set ends in dummies and an
// alarm. If a voucher were missing instead, an operator could plant a bad block and see who holds a picture.

import { compare } from './code'
import { alarm, VeilhashError } from './errors'
import type { Alarm } from './errors'
import { Generation } from './generation'
import { payloadKinds } from './instance'
import type { Instance, ScanReport } from './instance'
import { decode, greyThumbnail, measurePerturbation, strips } from './pixels'
import type { Picture, Source } from './pixels'
import type { SentMemory } from './sent'
import { concat } from './store/memory'
import type { Binding, ProbeReport, SetInfo, Timings, Upload } from './types'
import { Updater } from './update'
import type { UpdaterOptions } from './update'
import { parseVoucher } from './voucher'

export interface EngineOptions extends UpdaterOptions {
  sent: SentMemory
}

/** One picture to seal. */
export interface Job {
  source: Source
  binding: Binding
  mediaKey?: Uint8Array
}

export class Engine {
  private queue: Promise<unknown> = Promise.resolve()
  private refreshing: Promise<SetInfo> | undefined

  private constructor(
    private readonly o: EngineOptions,
    private readonly updater: Updater,
    private generation: Generation,
    private readonly canvasAlarms: Alarm[],
    private readonly readable: boolean,
  ) {}

  /** Fetches the set, or takes the one that is stored, and gets ready to scan. */
  static async start(options: EngineOptions): Promise<Engine> {
    const updater = new Updater(options)
    const [generation, canvas] = await Promise.all([updater.newest(undefined), measurePerturbation().catch(() => undefined)])
    const alarms: Alarm[] = []
    if (!canvas || canvas.level === 'blocked') alarms.push(alarm('canvas-blocked'))
    else if (canvas.level === 'noise') alarms.push(alarm('canvas-perturbed'))
    return new Engine(options, updater, generation, alarms, !!canvas && canvas.level !== 'blocked')
  }

  get set(): SetInfo {
    const { problem } = this.o.sent
    const info = this.generation.info()
    // The page knows what else runs, and compares (code.ts).
    const transparency = info.transparency?.log && { ...info.transparency, code: compare(this.o.modules.running, info.transparency.files) }
    return { ...info, ...(transparency ? { transparency } : {}), alarms: [...this.generation.alarms, ...this.canvasAlarms, ...(problem ? [alarm(problem)] : [])] }
  }

  /** Looks for a newer set and, when all of it is here, uses it from the next picture on. */
  refresh(): Promise<SetInfo> {
    this.refreshing ??= this.refreshNow().finally(() => {
      this.refreshing = undefined
    })
    return this.refreshing
  }

  private async refreshNow(): Promise<SetInfo> {
    const next = await this.updater.newest(this.generation)
    if (next !== this.generation) {
      const old = this.generation
      this.generation = next
      // Pictures that are being scanned finish with the set they began with.
      void this.queue.then(() => old.close())
    }
    return this.set
  }

  /** Seals one picture after the other. Rejects with `policy-stale` under a set of which the policy wants newer word. */
  seal(job: Job): Promise<Upload> {
    const result = this.queue.then(() => this.fresh()).then(() => this.sealNow(job))
    this.queue = result.catch(() => {})
    return result
  }

  /** Takes note of what became of an upload. */
  settle(how: 'acknowledge' | 'abandon' | 'resume', receipt: Uint8Array): Promise<void> {
    return this.o.sent[how](receipt, this.generation.periodEnds(), this.generation.instance)
  }

  /** The memory of what was sent in the running period. */
  async sent(): Promise<Uint8Array> {
    if (this.generation.instance.poisoned) await this.generation.revive()
    return this.o.sent.sent(this.generation.instance, this.generation.periodEnds())
  }

  close(): void {
    this.generation.close()
    this.updater.close()
  }

  /** Looks for a newer proof once the one in use is too old. A refusal depends on the time alone, never on a picture: what is not sent tells nothing. */
  private async fresh(): Promise<void> {
    if (!this.generation.stale) return
    await this.refresh()
    if (this.generation.stale) throw new VeilhashError('policy-stale')
  }

  private async sealNow(job: Job): Promise<Upload> {
    const g = this.generation
    try {
      if (g.instance.poisoned) await g.revive()
      return await this.scan(g, job, undefined)
    } catch (err) {
      if (!(err instanceof VeilhashError && ['crashed', 'internal'].includes(err.code))) throw err
      // A picture that breaks the scanner must not be told by its missing voucher either.
      await g.revive()
      return await this.scan(g, job, { ok: false, reason: 'scanner-crashed', type: 'unknown' })
    }
  }

  private async scan(g: Generation, job: Job, instead: Picture | undefined): Promise<Upload> {
    // The instance may be replaced while this picture waits for its file or its blocks; a scan stays with the one it began with.
    const instance = g.instance
    const clock = new Clock()
    const picture = instead ?? (this.readable ? await decode(job.source) : unreadable)
    clock.lap('decode')
    const alarms: Alarm[] = this.set.alarms.filter(a => a.code !== 'canvas-blocked')
    const scan = instance.begin(picture.ok ? picture.width : 1, picture.ok ? picture.height : 1)
    try {
      if (!picture.ok) {
        alarms.push(alarm(picture.reason, picture.detail))
        instance.fail(scan)
      } else if (!this.hash(instance, scan, picture)) {
        alarms.push(alarm('picture-undecodable'))
        instance.fail(scan)
      }
      clock.lap('hash')

      await this.provide(g, instance, scan)
      clock.lap('lookup')

      const payload = await this.payload(g, instance, scan, job, picture, alarms)
      clock.lap('payload')

      const text = new TextEncoder()
      const account = text.encode(job.binding.account)
      const message = text.encode(job.binding.message)
      const { vouchers, receipt, report } = await this.o.sent.seal(instance, g.periodEnds(), () =>
        instance.seal(scan, account, message, payloadKinds[this.o.payload], payload))
      clock.lap('seal')
      const { hasher } = g.manifest
      const asIs = report.views.find(v => v.view === 'as-is')
      return {
        vouchers,
        receipt,
        ...(report.held ? { held: report.held } : {}),
        report: {
          type: picture.type,
          width: picture.ok ? picture.width : 0,
          height: picture.ok ? picture.height : 0,
          hasher,
          ...(asIs ? { hash: digits(asIs.pdq, hasher), quality: asIs.quality } : {}),
          ...(asIs && hasher.startsWith('pdq-') ? { pdq: asIs.pdq } : {}),
          views: report.views,
          probes: allProbes(report, parseVoucher(vouchers[0]!).probes),
          alarms: [...alarms, ...sdkAlarms(report, alarms)],
          payloadBytes: payload.length,
          timings: clock.timings(),
        },
      }
    } finally {
      if (picture.ok) picture.close()
      if (!instance.poisoned) instance.release(scan)
    }
  }

  /** Feeds the pixels, as often as the scanner asks. False if the canvas gives none; what the scanner refuses, it reports itself. */
  private hash(instance: Instance, scan: number, picture: Picture & { ok: true }): boolean {
    try {
      let again = true
      while (again) {
        for (const rows of strips(picture.bitmap)) instance.writeRows(scan, rows)
        again = instance.endPass(scan)
      }
      return true
    } catch (err) {
      if (!(err instanceof VeilhashError)) return false
      if (['crashed', 'internal'].includes(err.code)) throw err
      return true
    }
  }

  /** Hands over the blocks that the probes need. The scanner reports those that are missing or damaged; they are fetched again. */
  private async provide(g: Generation, instance: Instance, scan: number): Promise<void> {
    const refs = instance.lookups(scan)
    const blocks = await g.set.read(refs)
    const intact = refs.filter((ref, i) => {
      const block = blocks[i]
      return block !== undefined && instance.provide(scan, ref, block)
    })
    if (intact.length < refs.length) g.repair()
  }

  /** What the voucher carries. Empty where there is nothing to carry, under the same kind as always: the kind lies open in every match. */
  private async payload(
    g: Generation, instance: Instance, scan: number, job: Job, picture: Picture, alarms: Alarm[],
  ): Promise<Uint8Array> {
    if (this.o.payload === 'media-key') return job.mediaKey ?? new Uint8Array()
    const pdq = this.o.payload === 'derivative' ? instance.features(scan) : new Uint8Array()
    if (!picture.ok || pdq.length === 0) return new Uint8Array()
    const room = g.set.manifest.payload - 4 - pdq.length
    const thumbnail = room > 0 ? await greyThumbnail(picture.bitmap, room).catch(() => undefined) : undefined
    if (thumbnail) return concat([pdq, thumbnail])
    alarms.push(alarm('payload-too-small'))
    return new Uint8Array()
  }
}

const unreadable: Picture = { ok: false, reason: 'canvas-blocked', type: 'unknown' }

/** The probes of a voucher, dummies last. */
function allProbes(report: ScanReport, count: number): ProbeReport[] {
  const probes = report.probes.map(p => ({ view: p.view, flips: p.flips, real: !p.dummy }))
  while (probes.length < count) probes.push({ view: '', flips: [], real: false })
  return probes
}

/** Why the SDK did not look the picture up, and its alarms: each code once, and none that was raised here for the same thing. */
function sdkAlarms(report: ScanReport, known: Alarm[]): Alarm[] {
  const codes = new Set<string>(known.map(a => a.code))
  const found: Alarm[] = []
  for (const { code, message } of [...(report.reason ? [report.reason] : []), ...report.alarms]) {
    if (codes.has(code) || code === 'picture-undecodable') continue // its reason is known more precisely here
    codes.add(code)
    found.push({ code: code as Alarm['code'], message })
  }
  return found
}

/** Measures stages. */
class Clock {
  private readonly start = performance.now()
  private last = this.start
  private readonly laps: Omit<Timings, 'total'> = { decode: 0, hash: 0, lookup: 0, payload: 0, seal: 0 }

  lap(stage: keyof Omit<Timings, 'total'>): void {
    const now = performance.now()
    this.laps[stage] = now - this.last
    this.last = now
  }

  timings(): Timings {
    return { ...this.laps, total: this.last - this.start }
  }
}

/** A hash's own digits, of 64 that it fills from the end. */
function digits(hex: string, hasher: string): string {
  return hasher.endsWith('hash-64') ? hex.slice(-16) : hex
}
