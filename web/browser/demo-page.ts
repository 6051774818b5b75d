// The demonstration page under test: loading it and giving it pictures.

import type { Page } from 'playwright-core'
import type { Browser } from './chromium'
import type { RealServer } from './veilhash'

export async function openDemo(browser: Browser, server: RealServer): Promise<Page> {
  const page = await browser.page()
  await page.goto(server.url)
  await page.waitForSelector('html[data-ready]')
  return page
}

/** Gives the page a file, as a person who chooses one. Returns the voucher's id on the server, and its length. */
export async function give(page: Page, name: string, bytes: Uint8Array, type = 'image/jpeg'): Promise<{ id: string; length: number }> {
  const response = page.waitForResponse(r => r.request().method() === 'POST')
  await page.setInputFiles('#file', { name, mimeType: type, buffer: Buffer.from(bytes) })
  return sent(page, name, await response)
}

/** Presses a sample's button. */
export async function pressSample(page: Page, index: number, name: string): Promise<{ id: string; length: number }> {
  const response = page.waitForResponse(r => r.request().method() === 'POST')
  await page.locator('.sample').nth(index).click()
  return sent(page, name, await response)
}

async function sent(
  page: Page, name: string, response: Awaited<ReturnType<Page['waitForResponse']>>,
): Promise<{ id: string; length: number }> {
  if (response.status() >= 300) throw new Error(`the server answered ${response.status()}: ${await response.text()}`)
  const { id } = await response.json() as { id: string }
  await page.waitForFunction(name => document.documentElement.dataset.done === name, name)
  return { id, length: response.request().postDataBuffer()?.length ?? 0 }
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
