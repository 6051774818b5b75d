// The demonstration page under test: loading it and giving it pictures.

import type { Page, Response } from 'playwright-core'
import type { Browser } from './chromium'
import type { RealServer } from './veilhash'

export async function openDemo(browser: Browser, server: RealServer): Promise<Page> {
  const page = await browser.page()
  await page.goto(server.url)
  await page.waitForSelector('html[data-ready]')
  return page
}

/** What the page sent for a picture: the vouchers' ids on the server, and the length of each. */
export interface Sent {
  ids: string[]
  lengths: number[]
}

/** Gives the page a file, as a person who chooses one. */
export function give(page: Page, name: string, bytes: Uint8Array, type = 'image/jpeg'): Promise<Sent> {
  return sent(page, name, () => page.setInputFiles('#file', { name, mimeType: type, buffer: Buffer.from(bytes) }))
}

/** Presses a sample's button. */
export function pressSample(page: Page, index: number, name: string): Promise<Sent> {
  return sent(page, name, () => page.locator('.sample').nth(index).click())
}

async function sent(page: Page, name: string, act: () => Promise<void>): Promise<Sent> {
  const answers: Promise<{ id: string; length: number }>[] = []
  const listen = (response: Response): void => {
    const request = response.request()
    if (request.method() !== 'POST') return
    answers.push((async () => {
      if (response.status() >= 300) throw new Error(`the server answered ${response.status()}: ${await response.text()}`)
      const { id } = await response.json() as { id: string }
      return { id, length: request.postDataBuffer()?.length ?? 0 }
    })())
  }
  page.on('response', listen)
  try {
    await page.evaluate(() => { delete document.documentElement.dataset.done }) // of the same picture, given before
    await act()
    await page.waitForFunction(name => document.documentElement.dataset.done === name, name)
  } finally {
    page.off('response', listen)
  }
  const all = await Promise.all(answers)
  return { ids: all.map(a => a.id), lengths: all.map(a => a.length) }
}

/** Resizes and re-encodes a picture in the page, as a messenger would. */
export async function reencode(page: Page, url: string, scale: number, type: string, quality: number): Promise<Uint8Array> {
  return Uint8Array.from(await page.evaluate(async ([url, scale, type, quality]) => {
    const bitmap = await createImageBitmap(await (await fetch(url)).blob())
    const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale))
    const c = canvas.getContext('2d')!
    c.imageSmoothingQuality = 'high'
    c.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    return [...new Uint8Array(await (await canvas.convertToBlob({ type, quality })).arrayBuffer())]
  }, [url, scale, type, quality] as const))
}
