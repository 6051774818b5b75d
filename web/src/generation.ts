// One set in use: its manifest, the instance that reads it and its files. A newer set is another generation.

import { VeilhashError } from './errors'
import type { Alarm } from './errors'
import { Instance } from './instance'
import { setBytes } from './manifest'
import type { Manifest } from './manifest'
import { LocalSet } from './set'
import type { LocalSetOptions } from './set'
import type { Transparency } from './trust'
import type { PayloadKind, SetInfo } from './types'

export interface GenerationOptions extends Omit<LocalSetOptions, 'manifest'> {
  module: WebAssembly.Module
  account: Uint8Array
  payload: PayloadKind
  print?: (line: string) => void
}

export class Generation {
  /** Standing alarms of this set. */
  alarms: Alarm[] = []
  /** What the policy's check found; undefined without a policy. */
  transparency: Transparency | undefined
  private repairing = false

  private constructor(
    private readonly o: GenerationOptions,
    readonly text: string,
    readonly manifest: Manifest,
    readonly set: LocalSet,
    public instance: Instance,
    readonly setID: Uint8Array,
  ) {}

  /** Makes an instance for a manifest. Rejects if the scanner refuses the manifest or the account, or the manifest the kind of payload. Downloads nothing. */
  static async open(o: GenerationOptions, text: string, manifest: Manifest): Promise<Generation> {
    if (o.payload !== 'none' && !manifest.kinds.split(',').includes(o.payload)) {
      throw new VeilhashError('payload-kind', `the set does not allow payloads of kind ${o.payload}`)
    }
    const instance = await Instance.create(o.module, o.print)
    const setID = instance.open(new TextEncoder().encode(text), o.account)
    const set = new LocalSet({ ...o, manifest })
    await set.load(instance)
    return new Generation(o, text, manifest, set, instance, setID)
  }

  get id(): string {
    return [...this.setID].map(b => b.toString(16).padStart(2, '0')).join('')
  }

  info(): Omit<SetInfo, 'alarms'> {
    const m = this.manifest
    return {
      id: this.id,
      epoch: m.epoch,
      capacity: m.layers.reduce((sum, l) => sum + l.capacity, 0),
      layers: m.layers.length,
      bytes: setBytes(m),
      threshold: m.threshold,
      synthetics: m.synthetics,
      periodEnds: this.periodEnds(),
      payload: m.payload,
      scheme: m.scheme,
      hasher: m.hasher,
      kinds: m.kinds,
      require: m.require,
      store: this.o.store.kind,
      ...(this.transparency ? { transparency: this.transparency } : {}),
    }
  }

  /** Whether what the witnesses said is older by now than the policy allows. */
  get stale(): boolean {
    const until = this.transparency?.log?.until
    return until !== undefined && Date.now() > until
  }

  /** When the running accounting period ends, in milliseconds since 1970. */
  periodEnds(): number {
    const length = this.manifest.periodDays * 86_400_000
    return (Math.floor(Date.now() / length) + 1) * length
  }

  /** Puts a fresh instance in the place of one that crashed. */
  async revive(): Promise<void> {
    const instance = await Instance.create(this.o.module, this.o.print)
    instance.open(new TextEncoder().encode(this.text), this.o.account)
    await this.set.load(instance)
    this.instance = instance
  }

  /** Finds damaged shards and fetches them again, in the background. What fails is tried again when it is missed next. */
  repair(): void {
    if (this.repairing) return
    this.repairing = true
    void (async () => {
      // An instance of its own: that of the pictures is not disturbed, and one that breaks here harms none.
      const instance = await Instance.create(this.o.module, this.o.print)
      instance.open(new TextEncoder().encode(this.text), this.o.account)
      await this.set.scrub(instance)
      await this.set.download(instance)
      this.instance = instance
    })()
      .catch(() => {})
      .finally(() => {
        this.repairing = false
      })
  }

  close(): void {
    this.set.stop()
  }
}
