// A worker that runs the stores' behaviour suite on the kinds that only a browser has.

import { IndexedDBStore } from '../../src/store/indexeddb'
import { OPFSStore } from '../../src/store/opfs'
import { storeSuite } from '../../test/store-suite'

self.onmessage = async (event: MessageEvent<'opfs' | 'indexeddb'>) => {
  const open = { opfs: () => OPFSStore.open('suite'), indexeddb: () => IndexedDBStore.open('suite') }[event.data]
  try {
    const first = await open()
    if (!first) throw new Error('this browser has no such store')
    self.postMessage({ checks: await storeSuite(first, async () => (await open())!) })
  } catch (err) {
    self.postMessage({ error: String(err) })
  }
}
