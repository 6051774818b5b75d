// Answers requests with an engine. A worker does so over messages; without a worker the page calls it directly.

import { Engine } from './engine'
import { VeilhashError } from './errors'
import { Modules } from './load'
import type { Answers, Request } from './messages'
import { SentMemory } from './sent'
import { openStore, storeName } from './store/open'
import { IndexedDBRecords } from './store/records'
import { transfer } from './transfer-instance'
import type { Progress } from './types'

export class Server {
  private engine: Engine | undefined

  constructor(private readonly onProgress: (progress: Progress) => void) {}

  async answer(request: Request): Promise<Answers[keyof Answers]> {
    switch (request.do) {
      case 'start': {
        const { module, classic, digests, setURL, account, payload, holder, underWay, debug, trust } = request
        const name = storeName(setURL)
        this.engine = await Engine.start({
          modules: new Modules(module, classic, digests),
          setURL,
          account,
          payload,
          sent: new SentMemory(await IndexedDBRecords.open(), holder, underWay),
          store: await openStore(name),
          storeName: name,
          onProgress: this.onProgress,
          ...(trust ? { trust } : {}),
          ...(debug ? { print: (line: string) => console.debug('veilhash:', line) } : {}),
        })
        return this.engine.set
      }
      case 'refresh':
        return this.started.refresh()
      case 'seal': {
        const upload = await this.started.seal(request.job)
        return { ...upload, set: this.started.set }
      }
      case 'acknowledge':
      case 'abandon':
      case 'resume':
        for (const receipt of request.receipts) await this.started.settle(request.do, receipt)
        return null
      case 'sent':
        return this.started.sent()
      case 'transfer':
        return transfer(request.module, request.what, request.subject, request.passphrase)
      case 'close':
        this.engine?.close()
        return null
    }
  }

  private get started(): Engine {
    if (!this.engine) throw new VeilhashError('closed', 'the scanner has not been started')
    return this.engine
  }
}
