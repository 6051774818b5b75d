// Serves the page with a set and a server behind it: node examples/browser-min/run.mjs [flags of veilhash demo]
//
// What the browser loads is put into dist/: page and script, and the package's three files.

import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const veilhash = process.env.VEILHASH ?? join(root, 'bin/veilhash')
const built = join(root, 'web/dist')
if (!existsSync(veilhash) || !existsSync(join(built, 'scanner.wasm'))) {
  console.error('browser-min: run "make build" first')
  process.exit(1)
}

const dist = join(here, 'dist')
mkdirSync(dist, { recursive: true })
for (const name of ['index.html', 'app.js']) copyFileSync(join(here, name), join(dist, name))
for (const name of ['veilhash.js', 'veilhash-worker.js', 'scanner.wasm']) copyFileSync(join(built, name), join(dist, name))

const child = spawn(veilhash, ['demo', '--web', dist, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', code => process.exit(code ?? 1))
