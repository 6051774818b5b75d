// Builds the laboratory into a folder of its own, dist/lab, which any static host can serve.

import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

export async function buildLab(common, dist) {
  const out = join(dist, 'lab')
  await mkdir(out)
  await build({
    ...common,
    minify: true,
    sourcemap: true,
    entryPoints: { lab: 'lab/main.ts', 'lab-worker': 'lab/worker.ts', style: 'lab/style.css' },
    outdir: out,
  })
  await copyFile(join(here, 'index.html'), join(out, 'index.html'))
  await copyFile(join(here, '../demo/icon.svg'), join(out, 'icon.svg'))
  execFileSync(
    'go',
    ['build', '-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid=', '-o', join(out, 'lab.wasm'), './wasm/lab'],
    { cwd: join(here, '../..'), stdio: 'inherit', env: { ...process.env, GOOS: 'wasip1', GOARCH: 'wasm' } },
  )
}
