// Builds web/dist: the package's four files, the demo page and the laboratory, each with its brotli form beside it. With --tests it bundles the tests into web/.build instead.
//
//	node build.mjs [--wasm FILE] [--tests]
//
// The scanner comes from --wasm or SCANNER_WASM if one is given; otherwise it is built with Go.

import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import { digestsOf, generated, writePage } from './integrity.mjs'
import { buildLab } from './lab/build.mjs'

const web = dirname(fileURLToPath(import.meta.url))
const root = dirname(web)
const { values: options } = parseArgs({ options: { tests: { type: 'boolean' }, wasm: { type: 'string' } } })

const common = {
  absWorkingDir: web,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
}

/** Every .ts file of a folder whose name ends so. */
async function entries(folder, suffix) {
  const names = await readdir(join(web, folder))
  return names.filter(n => n.endsWith(suffix)).map(n => join(folder, n))
}

async function buildDist() {
  const dist = join(web, 'dist')
  const given = options.wasm ?? process.env.SCANNER_WASM
  const scanner = given && (await readFile(given)) // it may lie in dist
  await rm(dist, { recursive: true, force: true })
  await mkdir(dist)
  if (scanner) await writeFile(join(dist, 'scanner.wasm'), scanner)
  else buildModule('scanner', join(dist, 'scanner.wasm'))
  buildModule('scanner', join(dist, 'scanner-classic.wasm'), '-tags=classic') // loaded only under sets of goimagehash's hashes
  buildModule('transfer', join(dist, 'transfer.wasm')) // loaded only when an account goes to another device
  const bundle = { ...common, minify: true, sourcemap: true, outdir: 'dist' }
  // One file each: a page can load them as they are. The module has the digests of what it loads, so that comes last.
  await build({ ...bundle, entryPoints: { 'veilhash-worker': 'src/worker.ts' } })
  const digests = await digestsOf(dist, ['veilhash-worker.js', 'scanner.wasm', 'scanner-classic.wasm', 'transfer.wasm'])
  await build({ ...bundle, entryPoints: { veilhash: 'src/index.ts' }, plugins: [generated('src/digests.ts', digests)] })
  // The page has the package inside, as an application with a bundler would: one script, under one digest.
  await build({
    ...bundle,
    entryPoints: { demo: 'demo/main.ts', style: 'demo/style.css' },
    plugins: [generated('src/digests.ts', digests)],
  })
  await copyFile(join(web, 'demo/icon.svg'), join(dist, 'icon.svg'))
  await writePage(join(web, 'demo/index.html'), dist)
  await buildLab(common, dist)
  if (process.env.VEILHASH_UNCOMPRESSED) return // for a comparison of what the source gives
  for (const file of await readdir(dist, { recursive: true, withFileTypes: true })) {
    if (file.isFile() && !file.name.endsWith('.map')) await compress(join(file.parentPath, file.name))
  }
}

/** Puts FILE.br beside FILE, for servers that hand it to browsers that take it. Compressing takes longest of all, so results are kept by content in web/.cache. */
async function compress(file) {
  const bytes = await readFile(file)
  const kept = join(web, '.cache', `${createHash('sha256').update(bytes).digest('hex')}.br`)
  try {
    await copyFile(kept, `${file}.br`)
  } catch {
    // The best compression of the laboratory's megabytes would take longer than all of the rest.
    const quality = bytes.length > 5_000_000 ? 9 : 11
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24 }
    const compressed = await promisify(brotliCompress)(bytes, { params })
    await mkdir(dirname(kept), { recursive: true })
    await writeFile(`${kept}.${process.pid}`, compressed)
    await rename(`${kept}.${process.pid}`, kept)
    await writeFile(`${file}.br`, compressed)
  }
}

// Where speed does not matter nothing is inlined: what repeats compresses, and the scanner is 44 KB smaller in brotli.
const module = 'github.com/veilhash/veilhash'
const plain = ['sdk', 'sdk/blindset', 'sdk/imagehash/testcard', 'sdk/internal/...', 'sdk/threshold', 'sdk/tlog', 'sdk/token', 'sdk/trust', 'wasm/internal/...', 'wasm/scanner']

/** Builds wasm/NAME. */
function buildModule(name, to, ...flags) {
  // The runtime's share is 34 KB; scanning takes as long as with it.
  const inlining = ['runtime', ...plain.map(p => `${module}/${p}`)].map(p => `-gcflags=${p}=-l`)
  execFileSync(
    'go',
    ['build', ...flags, '-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid=', ...inlining, '-o', to, `./wasm/${name}`],
    { cwd: root, stdio: 'inherit', env: { ...process.env, GOOS: 'wasip1', GOARCH: 'wasm' } },
  )
}

async function buildTests() {
  const out = join(web, '.build')
  await rm(out, { recursive: true, force: true })
  const node = { ...common, platform: 'node', packages: 'external', sourcemap: 'inline', outExtension: { '.js': '.mjs' } }
  await build({ ...node, entryPoints: await entries('test', '.test.ts'), outdir: '.build/test' })
  await build({ ...node, entryPoints: await entries('browser', '.test.ts'), outdir: '.build/browser' })
  await build({ ...node, entryPoints: ['browser/screenshots.ts'], outdir: '.build/tools' })
  // What runs inside the browser during these tests.
  await build({
    ...common,
    entryPoints: await entries('browser/page', '.ts'),
    outdir: '.build/page',
    external: ['./veilhash.js'],
    alias: { '@veilhash/web': './veilhash.js' },
  })
}

await (options.tests ? buildTests() : buildDist())
