// Measures the scanner built for wasip1 against the same code built for js: size, start, memory, the cost of a call, and a scan.
//
//	node bench/host.mjs [--json]
//
// Both are built here, from one source, and run in this process (V8, as in Chromium). docs/performance.md has the outcome and the decision.

import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const root = dirname(web)
const dir = mkdtempSync(join(tmpdir(), 'veilhash-bench-'))
const median = list => list.sort((a, b) => a - b)[list.length >> 1]

/** Builds the scanner; both with the flags of a release. */
function compile(goos, ...flags) {
  const out = join(dir, `${goos}.wasm`)
  execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w -buildid=', ...flags, '-o', out, './wasm/scanner'], {
    cwd: root, stdio: 'inherit', env: { ...process.env, GOOS: goos, GOARCH: 'wasm' },
  })
  return readFileSync(out)
}

/** The package's own shim, as it runs in the browser. */
async function wasip1() {
  await build({ absWorkingDir: web, entryPoints: ['src/wasi.ts'], outfile: join(dir, 'wasi.mjs'), bundle: true, format: 'esm' })
  const { WASI } = await import(pathToFileURL(join(dir, 'wasi.mjs')).href)
  return async module => {
    const wasi = new WASI()
    const instance = await WebAssembly.instantiate(module, wasi.imports)
    wasi.initialize(instance)
    return { exports: instance.exports, memory: instance.exports.memory }
  }
}

/** Go's own wasm_exec.js. */
async function js() {
  const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim()
  await import(pathToFileURL(join(goroot, 'lib/wasm/wasm_exec.js')).href)
  return async module => {
    const go = new globalThis.Go()
    const instance = await WebAssembly.instantiate(module, go.importObject)
    void go.run(instance)
    while (!globalThis.veilhashJS) await new Promise(resolve => setTimeout(resolve))
    const exports = globalThis.veilhashJS
    delete globalThis.veilhashJS
    return { exports, memory: instance.exports.mem }
  }
}

const text = new TextEncoder()
// The golden set, as the package takes it: without synthetic vouchers.
const manifest = text.encode(
  readFileSync(join(root, 'sdk/testdata/vectors/set/manifest'), 'utf8').replace(/\nsynthetics \d+\n/, '\nsynthetics 0\n'),
)

/** Puts bytes into the input buffer. */
function put({ exports, memory }, ...parts) {
  let at = exports.vh_input(parts.reduce((n, p) => n + p.length, 0)) >>> 0
  for (const p of parts) {
    new Uint8Array(memory.buffer).set(p, at)
    at += p.length
  }
}

function result({ exports, memory }) {
  return new Uint8Array(memory.buffer, exports.vh_result_pointer() >>> 0, exports.vh_result_length()).slice()
}

function ok(status) {
  if (status < 0) throw new Error('the scanner refused')
  return status
}

/** One picture of 1000×750, from rows to a voucher, without a set: what differs between hosts is the boundary. */
function scan(host, rgba, width, height) {
  const { exports } = host
  const handle = ok(exports.vh_begin(width, height))
  do {
    for (let y = 0; y < height; y += 50) {
      put(host, rgba.subarray(4 * width * y, 4 * width * (y + 50)))
      ok(exports.vh_write_rows(handle, 4 * width * 50))
    }
  } while (ok(exports.vh_end_pass(handle)) === 1)
  put(host, text.encode('alice'), text.encode('1'))
  ok(exports.vh_seal(handle, 5, 1, 0, 0))
  exports.vh_release(handle)
}

async function measure(name, bytes, start) {
  const module = await WebAssembly.compile(bytes)
  const starts = []
  for (let i = 0; i < 15; i++) {
    const t = performance.now()
    await start(module)
    starts.push(performance.now() - t)
  }
  const host = await start(module)
  const memory = host.memory.buffer.byteLength
  ok(host.exports.vh_account_new())
  const account = result(host)
  put(host, manifest, account)
  ok(host.exports.vh_open(manifest.length, account.length))

  const calls = 100_000
  for (let i = 0; i < calls; i++) host.exports.vh_result_length()
  let t = performance.now()
  for (let i = 0; i < calls; i++) host.exports.vh_result_length()
  const call = ((performance.now() - t) * 1000) / calls

  const [width, height] = [1000, 750]
  const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) => 128 + 90 * Math.sin(i / 40_000) + 30 * Math.sin(i / 13))
  const scans = []
  for (let i = 0; i < 15; i++) {
    t = performance.now()
    scan(host, rgba, width, height)
    scans.push(performance.now() - t)
  }
  return {
    host: name,
    raw: bytes.length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length,
    startMs: +median(starts).toFixed(2),
    memoryMB: +(memory / 2 ** 20).toFixed(1),
    callUs: +call.toFixed(3),
    scanMs: +median(scans).toFixed(1),
    memoryAfterMB: +(host.memory.buffer.byteLength / 2 ** 20).toFixed(1),
  }
}

try {
  const rows = [
    await measure('wasip1', compile('wasip1', '-buildmode=c-shared'), await wasip1()),
    await measure('js', compile('js'), await js()),
  ]
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows))
  else console.table(Object.fromEntries(rows.map(({ host, ...r }) => [host, r])))
} finally {
  rmSync(dir, { recursive: true })
}
process.exit(0) // the js program's goroutine waits for ever
