// What the README shows is what the example runs, and its commands exist.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './vectors'

const read = (path: string) => readFileSync(join(root, path), 'utf8')

test('the README\'s code is the example\'s', () => {
  const code = /```js\n([^]*?)```/.exec(read('web/README.md'))![1]!
  const example = read('examples/browser-min/app.js').split('\n').map(l => l.trim())
  const lines = code.split('\n').map(l => l.trim()).filter(l => l !== '')
  assert.ok(lines.length >= 8)
  for (const line of lines) assert.ok(example.includes(line), `not in examples/browser-min/app.js: ${line}`)
})

test('the README\'s commands exist', () => {
  const scripts = Object.keys((JSON.parse(read('web/package.json')) as { scripts: object }).scripts)
  const named = [...read('web/README.md').matchAll(/npm run ([\w:]+)/g)].map(m => m[1]!)
  assert.ok(named.length >= 5)
  for (const name of named) assert.ok(scripts.includes(name), name)
})

test('the lock file names no registry', () => {
  const lock = read('web/package-lock.json')
  assert.equal(/"resolved"/.test(lock), false)
  const packages = Object.entries((JSON.parse(lock) as { packages: Record<string, { integrity?: string }> }).packages)
  assert.ok(packages.length > 20)
  for (const [path, p] of packages) if (path) assert.ok(p.integrity, `${path} is not pinned by a digest`)
})
