// The behaviour of every store, as a function that runs in Node and in a browser: it throws where a store does otherwise.

import { concat } from '../src/store/memory'
import type { ShardStore } from '../src/store/store'
import { Random } from './random'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)

function equal(got: unknown, want: unknown, what: string): void {
  const text = (v: unknown) => JSON.stringify(v instanceof Uint8Array ? [...v] : v) ?? 'undefined'
  if (text(got) !== text(want)) throw new Error(`${what}: got ${text(got).slice(0, 200)}, want ${text(want).slice(0, 200)}`)
}

/** Checks a store that is empty. `reopen` gives the same store as a later visit finds it, if it lasts. */
export async function storeSuite(store: ShardStore, reopen?: () => Promise<ShardStore>): Promise<number> {
  let checks = 0
  const check = (got: unknown, want: unknown, what: string) => {
    equal(got, want, what)
    checks++
  }
  const random = new Random(4)
  // Longer than several pieces of IndexedDB, and not a multiple of anything.
  const content = random.bytes(300_001)

  check(await store.size(A), 0, 'size of nothing')
  check(await store.list(), [], 'an empty list')
  check(await store.read(A, [{ offset: 0, length: 1 }]), [undefined], 'reading nothing')
  await store.remove(A)
  checks++

  // Appended in parts of many sizes, in several sessions.
  let at = 0
  while (at < content.length) {
    const writer = await store.append(A, at)
    for (let n = 1 + random.below(4); n > 0 && at < content.length; n--) {
      const part = content.subarray(at, Math.min(at + 1 + random.below(50_000), content.length))
      await writer.write(part)
      at += part.length
    }
    await writer.close()
    check(await store.size(A), at, 'size after appending')
  }
  const spans = Array.from({ length: 60 }, () => {
    const offset = random.below(content.length - 5000)
    return { offset, length: 1 + random.below(5000) }
  })
  spans.push({ offset: 0, length: content.length }, { offset: content.length - 1, length: 1 })
  const parts = await store.read(A, spans)
  spans.forEach((s, i) => check(parts[i], content.slice(s.offset, s.offset + s.length), `bytes at ${s.offset}`))
  check(await store.read(A, [{ offset: content.length - 1, length: 2 }]), [undefined], 'reading past the end')

  // Cut and gone on with: what was behind is gone.
  const writer = await store.append(A, 100_000)
  await writer.write(new Uint8Array(10).fill(7))
  await writer.close()
  check(await store.size(A), 100_010, 'size after cutting')
  check(
    await store.read(A, [{ offset: 99_990, length: 20 }]),
    [concat([content.slice(99_990, 100_000), new Uint8Array(10).fill(7)])].map(b => b),
    'bytes around a cut',
  )
  const whole = await store.append(A, 0)
  await whole.close()
  check(await store.size(A), 0, 'size after cutting everything')

  // Two files, one removed.
  for (const digest of [A, B]) {
    const w = await store.append(digest, 0)
    await w.write(content.slice(0, 70_000))
    await w.close()
  }
  check((await store.list()).sort(), [A, B], 'a list of two')
  await store.remove(A)
  check(await store.list(), [B], 'a list after removing one')
  check(await store.size(A), 0, 'size of what was removed')

  // Texts: shorter ones leave nothing of longer ones.
  check(await store.text('active'), undefined, 'a text that is not there')
  await store.setText('active', 'a long text\nof two lines')
  await store.setText('active', 'short')
  check(await store.text('active'), 'short', 'a text')
  check(await store.list(), [B], 'texts are no files')

  if (reopen) {
    store.close()
    const again = await reopen()
    check(await again.size(B), 70_000, 'size after opening again')
    check(await again.text('active'), 'short', 'a text after opening again')
    again.close()
  }
  return checks
}
