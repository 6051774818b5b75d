// Which set to use: the server's current one, or the one on the device where that cannot be had. The change is atomic: the text
// `active` names a set only when every one of its shards is stored, and the old set's files go after that.

import { alarm, VeilhashError } from './errors'
import { Generation } from './generation'
import { SeenKeys, tablesOf } from './keys'
import type { GenerationOptions } from './generation'
import { Instance } from './instance'
import type { Modules } from './load'
import { MAX_MANIFEST_BYTES, parseManifest } from './manifest'
import type { Manifest } from './manifest'
import { checkTrust, fetchEvidence } from './trust'
import type { Evidence, Transparency, TrustOptions } from './trust'

const ACTIVE = 'active'
const KEYS = 'keys'
const SEEN = 'seen'
const EVIDENCE = 'evidence'

export interface UpdaterOptions extends Omit<GenerationOptions, 'baseURL' | 'lockName' | 'module'> {
  modules: Modules
  setURL: string
  storeName: string
  trust?: TrustOptions
}

export class Updater {
  private readonly lock: string
  private releaseUse: (() => void) | undefined

  constructor(private readonly o: UpdaterOptions) {
    this.lock = `veilhash:${o.storeName}`
  }

  /**
   * The newest set that is wholly here, after fetching what it takes. Falls back to the set in use, or the stored one, with an alarm;
   * rejects only if there is neither.
   */
  async newest(current: Generation | undefined): Promise<Generation> {
    const offered = await this.fetchManifest().catch(err => err as VeilhashError)
    if (!this.o.trust && !(offered instanceof Error) && current && offered.text === current.text && current.set.complete) {
      current.alarms = []
      return current
    }
    const fallback = current ?? (await this.stored())
    if (offered instanceof Error) return this.fallBack(fallback, offered)
    if (fallback && offered.manifest.epoch < fallback.manifest.epoch) {
      fallback.alarms = [alarm('set-rolled-back')]
      return fallback
    }
    try {
      await this.checkKeys(offered.text)
      const approved = await this.approve(offered.text)
      const next =
        fallback?.text === offered.text ? fallback : await Generation.open(await this.options(offered.manifest), offered.text, offered.manifest)
      await next.set.download(next.instance)
      next.alarms = []
      next.transparency = approved?.found
      await this.activate(next)
      if (approved) {
        await this.o.store.setText(EVIDENCE, JSON.stringify(approved.evidence))
        await this.o.store.setText(SEEN, approved.seen)
      }
      return next
    } catch (err) {
      if (!(err instanceof VeilhashError)) throw err
      return this.fallBack(fallback, err)
    }
  }

  close(): void {
    this.releaseUse?.()
  }

  /** Checks a set against the policy, with what the server or the device has to speak for it. Undefined without a policy; rejects if the policy does not allow the set. */
  private async approve(text: string, stored?: Evidence): Promise<{ found: Transparency; seen: string; evidence: Evidence } | undefined> {
    const { trust, modules, print, setURL, store } = this.o
    if (!trust) return undefined
    const get: typeof fetch = this.o.fetch ?? ((input, init) => fetch(input, init))
    const evidence = stored ?? (await fetchEvidence(setURL, get))
    const module = await modules.for(parseManifest(text).hasher)
    // An instance of its own, which is thrown away: nothing of a set that is refused stays.
    const checked = await checkTrust(await Instance.create(module, print), trust, text, evidence, (await store.text(SEEN)) ?? '', get)
    return { ...checked, evidence }
  }

  private fallBack(fallback: Generation | undefined, err: VeilhashError): Generation {
    if (!fallback) throw err
    if (err.code === 'key-reused') fallback.alarms = [alarm('key-reused')]
    else fallback.alarms = [alarm('set-outdated', `the server's current set could not be fetched (${err.code}): the previous one is in use`)]
    return fallback
  }

  private async options(manifest: Manifest) {
    const { modules, account, payload, print, store, onProgress, storeName, setURL } = this.o
    return {
      module: await modules.for(manifest.hasher), account, payload, store, baseURL: setURL, lockName: storeName,
      ...(print ? { print } : {}),
      ...(onProgress ? { onProgress } : {}),
      ...(this.o.fetch ? { fetch: this.o.fetch } : {}),
    }
  }

  private async fetchManifest(): Promise<{ text: string; manifest: Manifest }> {
    let text: string
    try {
      const response = await (this.o.fetch ?? fetch)(new URL('manifest', this.o.setURL), { cache: 'no-cache' })
      if (!response.ok) throw new VeilhashError('set-unreachable', `the server answered ${response.status} for the manifest`)
      text = await limitedText(response)
    } catch (cause) {
      if (cause instanceof VeilhashError) throw cause
      throw new VeilhashError('set-unreachable', 'the server of the hash set cannot be reached', { cause })
    }
    return { text, manifest: parseManifest(text) }
  }

  /** The set that was activated last. One that does not read back as it was written is none. */
  private async stored(): Promise<Generation | undefined> {
    try {
      const [, id, text] = /^([0-9a-f]{64})\n([^]*)$/.exec((await this.o.store.text(ACTIVE)) ?? '') ?? []
      if (id === undefined || text === undefined) return undefined
      const manifest = parseManifest(text)
      const evidence = this.o.trust ? (JSON.parse((await this.o.store.text(EVIDENCE)) ?? '{"endorsements":"","proof":""}') as Evidence) : undefined
      const approved = await this.approve(text, evidence)
      const generation = await Generation.open(await this.options(manifest), text, manifest)
      generation.transparency = approved?.found
      if (generation.id !== id) return undefined
      await this.use(id)
      return generation
    } catch (err) {
      if (err instanceof VeilhashError && !['crashed', 'wasm-unavailable'].includes(err.code)) return undefined
      throw err
    }
  }

  /** Throws `key-reused` for a set of which a key was accepted for another table before. */
  private async checkKeys(text: string): Promise<void> {
    SeenKeys.parse(await this.o.store.text(KEYS)).check(await tablesOf(text))
  }

  private async activate(generation: Generation): Promise<void> {
    const keys = SeenKeys.parse(await this.o.store.text(KEYS))
    keys.add(await tablesOf(generation.text))
    await this.o.store.setText(KEYS, keys.toString())
    await this.o.store.setText(ACTIVE, `${generation.id}\n${generation.text}`)
    await this.use(generation.id)
    await this.prune(generation).catch(() => {}) // what stays takes room, and goes another time
  }

  /** Holds a lock that tells other tabs which set is in use here, until the next one is. */
  private async use(id: string): Promise<void> {
    if (typeof navigator === 'undefined' || !navigator.locks) return
    const before = this.releaseUse
    await new Promise<void>(granted => {
      void navigator.locks.request(`${this.lock}:use:${id}`, { mode: 'shared' }, () => {
        granted()
        return new Promise<void>(release => {
          this.releaseUse = release
        })
      })
    })
    before?.()
  }

  /** Removes the files of other sets, unless a tab still uses one. */
  private async prune(generation: Generation): Promise<void> {
    if (typeof navigator !== 'undefined' && navigator.locks) {
      const held = (await navigator.locks.query()).held ?? []
      const prefix = `${this.lock}:use:`
      if (held.some(l => l.name?.startsWith(prefix) && l.name !== prefix + generation.id)) return
    }
    const keep = new Set(generation.set.digests)
    for (const digest of await this.o.store.list()) {
      if (!keep.has(digest)) await this.o.store.remove(digest)
    }
  }
}

/** A response's text, given up when it is longer than any manifest. */
async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const reader = response.body?.getReader()
  let text = ''
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
    if (text.length > MAX_MANIFEST_BYTES) {
      await reader?.cancel()
      throw new VeilhashError('manifest', 'manifest refused: longer than 1 MiB')
    }
  }
}
