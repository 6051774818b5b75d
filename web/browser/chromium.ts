// A real Chromium for tests. A missing browser is a failure that says what to install; only VEILHASH_SKIP_BROWSER=1 skips, and says so.

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { BrowserContext, Page } from 'playwright-core'

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Whether the browser tests are skipped on request. Never in continuous integration. */
export const skipped = process.env.VEILHASH_SKIP_BROWSER === '1' && process.env.CI !== 'true'
  ? 'VEILHASH_SKIP_BROWSER=1 is set'
  : false

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--force-color-profile=srgb',
]

export interface Browser {
  context: BrowserContext
  /** A fresh page whose errors and console fail the test that calls {@link Browser.check}. */
  page(): Promise<Page>
  /** Throws if a page has complained since the last check. */
  check(): void
  close(): Promise<void>
}

export async function launch(options: Parameters<typeof chromium.launchPersistentContext>[1] = {}): Promise<Browser> {
  const executablePath = candidates.find(c => c && existsSync(c))
  if (!executablePath) {
    throw new Error('Chromium is missing: install it with "apt-get install chromium", or set CHROMIUM to its path; VEILHASH_SKIP_BROWSER=1 skips these tests')
  }
  const profile = await mkdtemp(join(tmpdir(), 'veilhash-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: flags,
    // Playwright's own default arguments are for its own builds.
    ignoreDefaultArgs: ['--enable-unsafe-swiftshader'],
    ...options,
  })
  const complaints: string[] = []
  return {
    context,
    async page() {
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      page.on('pageerror', err => complaints.push(`page error: ${err.message}`))
      page.on('console', m => {
        // A request that fails is told by whoever made it.
        if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) complaints.push(`console: ${m.text()}`)
      })
      return page
    },
    check() {
      const all = complaints.splice(0)
      if (all.length > 0) throw new Error(`the page complained:\n${all.join('\n')}`)
    },
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}
