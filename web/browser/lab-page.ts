// The laboratory page under test: opening it, giving it pictures, and waiting for what it shows.

import type { Page } from 'playwright-core'
import type { Browser } from './chromium'

export interface File { name: string; mimeType: string; buffer: Buffer }

export async function openLab(browser: Browser, url: string): Promise<Page> {
  const page = await browser.page()
  await page.goto(new URL('lab/', url).href)
  await page.waitForSelector('html[data-ready]')
  return page
}

/** Gives the page files, as a person who chooses them, and waits until all are read. */
export async function give(page: Page, files: File[]): Promise<void> {
  await page.setInputFiles('#files', files)
  await page.waitForFunction(n => document.querySelectorAll('.picture:not(:disabled)').length + document.querySelectorAll('#broken li').length >= n
    && document.querySelector('#status')?.getAttribute('data-state') === 'ready', files.length + 0)
}

/** Waits until what is shown belongs to this picture and this recipe. */
export async function settled(page: Page, picture: string, recipe: string): Promise<void> {
  await page.waitForFunction(done => document.documentElement.dataset.done === done, JSON.stringify([picture, recipe]))
}
