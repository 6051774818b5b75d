// Builds the laboratory into a folder of its own, dist/lab, which any static host can serve.

import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digestsOf, generated, writePage } from '../integrity.mjs'

const here = dirname(fileURLToPath(import.meta.url))

export async function buildLab(common, dist) {
  const out = join(dist, 'lab')
  await mkdir(out)
  await copyFile(join(here, '../demo/icon.svg'), join(out, 'icon.svg'))
  execFileSync(
    'go',
    ['build', '-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid=', '-o', join(out, 'lab.wasm'), './wasm/lab'],
    { cwd: join(here, '../..'), stdio: 'inherit', env: { ...process.env, GOOS: 'wasip1', GOARCH: 'wasm' } },
  )
  const bundle = { ...common, minify: true, sourcemap: true, outdir: out }
  await build({ ...bundle, entryPoints: { 'lab-worker': 'lab/worker.ts' } })
  const digests = await digestsOf(out, ['lab-worker.js', 'lab.wasm'])
  await build({ ...bundle, entryPoints: { lab: 'lab/main.ts', style: 'lab/style.css' }, plugins: [generated('lab/digests.ts', digests)] })
  await writePage(join(here, 'index.html'), out)
}
