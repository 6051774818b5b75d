// What the browser tests share.

import type { Page } from 'playwright-core'
import { fromHex, setID, toHex } from '../test/reference/encoding'
import { scalar } from '../test/reference/set'
import { bindingDigest, open } from '../test/reference/voucher'
import { plainManifest, vectors } from '../test/vectors'
import type { SetVector } from '../test/vectors'
import type { Browser } from './chromium'
import type { Static } from './static'

/** A page of the test server with the tools of page/tools.ts loaded. */
export async function toolPage(browser: Browser, server: Static): Promise<Page> {
  const page = await browser.page()
  await page.goto(server.url)
  await page.addScriptTag({ type: 'module', url: '/tools.js' })
  await page.waitForFunction(() => 'vh' in globalThis)
  return page
}

/** Whether a voucher opens with the golden set's key, by the independent implementation. */
export function opens(voucher: string, id = plainID()): boolean {
  const golden = vectors<SetVector>('set.json')
  const alpha = scalar(fromHex(golden.alpha))
  return open(fromHex(voucher), fromHex(id), bindingDigest('alice', 'message 1'), [alpha]) !== undefined
}

/** The identity of the set that the test server has. */
export const plainID = (): string => toHex(setID(plainManifest()))
