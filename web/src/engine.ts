// The scanner itself, on whichever thread: from a picture to a voucher (docs/protocol.md, sections 2 to 6).
//
// Once a set is active, sealing does not fail: whatever goes wrong with a picture or with a block of the set ends in dummies and an
// alarm. If a voucher were missing instead, an operator could plant a bad block and see who holds a picture.

import { alarm, VeilhashError } from './errors'
import type { Alarm } from './errors'
import { Generation } from './generation'
import { payloadKinds } from './instance'
import type { Instance, ScanReport } from './instance'
import { decode, greyThumbnail, measurePerturbation, strips } from './pixels'
import type { Picture, Source } from './pixels'
import type { Progress } from './set'
import type { ShardStore } from './store/store'
import type { Binding, Payload, ProbeReport, Sealed, SetInfo, Timings } from './types'
import { Updater } from './update'
import { parseVoucher } from './voucher'

export interface EngineOptions {
  module: WebAssembly.Module
  setURL: string
  account: Uint8Array
  store: ShardStore
  storeName: string
  onProgress?: (progress: Progress) => void
  print?: (line: string) => void
  fetch?: typeof fetch
}

/** One picture to seal. */
export interface Job {
  source: Source
  binding: Binding
  payload: Payload
}

export class Engine {
  private queue: Promise<unknown> = Promise.resolve()

  private constructor(
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
    return new Engine(updater, generation, alarms, !!canvas && canvas.level !== 'blocked')
  }

  get set(): SetInfo {
    return { ...this.generation.info(), alarms: [...this.generation.alarms, ...this.canvasAlarms] }
  }

  /** Looks for a newer set and, when all of it is here, uses it from the next picture on. */
  async refresh(): Promise<SetInfo> {
    const next = await this.updater.newest(this.generation)
    if (next !== this.generation) {
      const old = this.generation
      this.generation = next
      // Pictures that are being scanned finish with the set they began with.
      void this.queue.then(() => old.close())
    }
    return this.set
  }

  /** Seals one picture after the other. */
  seal(job: Job): Promise<Sealed> {
    const result = this.queue.then(() => this.sealNow(job))
    this.queue = result.catch(() => {})
    return result
  }

  close(): void {
    this.generation.close()
    this.updater.close()
  }

  private async sealNow(job: Job): Promise<Sealed> {
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

  private async scan(g: Generation, job: Job, instead: Picture | undefined): Promise<Sealed> {
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

      const payload = await this.payload(g, instance, scan, job.payload, picture, alarms)
      clock.lap('payload')

      const text = new TextEncoder()
      const { voucher, report } = instance.seal(
        scan, text.encode(job.binding.account), text.encode(job.binding.message), payload.kind, payload.data,
      )
      clock.lap('seal')
      const asIs = report.views.find(v => v.view === 'as-is')
      return {
        voucher,
        report: {
          type: picture.type,
          width: picture.ok ? picture.width : 0,
          height: picture.ok ? picture.height : 0,
          ...(asIs ? { pdq: asIs.pdq, quality: asIs.quality } : {}),
          views: report.views,
          probes: allProbes(report, parseVoucher(voucher).probes),
          alarms: [...alarms, ...sdkAlarms(report, alarms)],
          payloadBytes: payload.data.length,
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

  private async payload(
    g: Generation, instance: Instance, scan: number, payload: Payload, picture: Picture, alarms: Alarm[],
  ): Promise<{ kind: number; data: Uint8Array }> {
    switch (payload.kind) {
      case 'none':
        break
      case 'media-key':
        return { kind: payloadKinds['media-key'], data: payload.data }
      case 'derivative': {
        const pdq = instance.features(scan)
        if (!picture.ok || pdq.length === 0) break
        const room = g.set.manifest.payload - 4 - pdq.length
        const thumbnail = room > 0 ? await greyThumbnail(picture.bitmap, room).catch(() => undefined) : undefined
        if (!thumbnail) {
          alarms.push(alarm('payload-too-small'))
          break
        }
        const data = new Uint8Array(pdq.length + thumbnail.length)
        data.set(pdq)
        data.set(thumbnail, pdq.length)
        return { kind: payloadKinds.derivative, data }
      }
    }
    return { kind: payloadKinds.none, data: new Uint8Array() }
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
