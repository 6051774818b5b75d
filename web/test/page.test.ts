// Every script and style of the built pages carries its digest and imports nothing: a server that serves another is noticed by the browser.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { root } from './vectors'

const dist = join(root, 'web/dist')
const pages = readdirSync(dist, { recursive: true }).map(String).filter(name => name.endsWith('.html'))
const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
const sri = (file: string) => `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`

test('there are the pages that are looked at', () => {
  assert.deepEqual(pages.sort(), ['index.html', 'lab/index.html'])
})

for (const name of pages) {
  const file = join(dist, name)
  const folder = dirname(file)
  const html = readFileSync(file, 'utf8')
  const tags = html.match(/<(script|link)\b[^>]*>/g) ?? []

  test(`${name}: scripts and styles carry their digests`, () => {
    const loading = tags.filter(t => t.startsWith('<script') || /\srel="stylesheet"/.test(t))
    assert.ok(loading.length >= 2)
    for (const tag of loading) {
      const path = attribute(tag, 'src') ?? attribute(tag, 'href')
      assert.ok(path, `${tag}: a script in the page itself`)
      assert.equal(attribute(tag, 'integrity'), sri(join(folder, path)), tag)
    }
    // Nothing else can bring in code: a link of another kind, a style or a handler in the page.
    const rest = tags.filter(t => !loading.includes(t)).map(t => attribute(t, 'rel'))
    assert.deepEqual(rest, ['icon'])
    assert.doesNotMatch(html, /<style|\son\w+=|javascript:/i)
  })

  test(`${name}: its scripts import nothing, which could not carry a digest`, () => {
    for (const tag of tags.filter(t => t.startsWith('<script'))) {
      assert.deepEqual(imports(readFileSync(join(folder, attribute(tag, 'src')!), 'utf8')), [])
    }
  })

  test(`${name}: workers can only be made of what was checked`, () => {
    assert.match(html, /Content-Security-Policy" content="[^"]*; worker-src blob:;/)
  })
}

test('an import would be found', () => {
  for (const text of ['import{a}from"./a.js";', "import './a.js'", 'x=>import(`./a.js`)', 'export * from "https://a.example/a.js"', 'import("/a.js")']) {
    assert.equal(imports(text).length, 1, text)
  }
})

for (const script of ['veilhash.js', 'demo.js']) test(`${script} knows its own files`, () => {
  const text = readFileSync(join(dist, script), 'utf8')
  for (const name of ['veilhash-worker.js', 'scanner.wasm', 'scanner-classic.wasm', 'transfer.wasm']) {
    const digest = createHash('sha256').update(readFileSync(join(dist, name))).digest('hex')
    assert.ok(text.includes(digest), `no digest of ${name}`)
  }
})

/** What a module imports, by statements or by calls. */
function imports(text: string): string[] {
  return [...new Set([...text.matchAll(/\b(?:from|import)\s*\(?\s*["'`]((?:\.{0,2}\/|https?:)[^"'`]*)["'`]/g)].map(m => m[1]!))]
}
