// Ties files together by their digests: a page to its scripts and styles (subresource integrity), a script to what it loads by itself.

import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** The SHA-256 of files of a folder, in hex, by name. */
export async function digestsOf(folder, names) {
  const hex = async name => [name, createHash('sha256').update(await readFile(join(folder, name))).digest('hex')]
  return Object.fromEntries(await Promise.all(names.map(hex)))
}

/** An esbuild plugin that puts digests in the place of a module of the source. */
export function generated(path, digests) {
  return {
    name: 'digests',
    setup(b) {
      let used = false
      b.onLoad({ filter: new RegExp(`[/\\\\]${path.replaceAll('/', '[/\\\\]').replaceAll('.', '\\.')}$`) }, () => {
        used = true
        return { contents: `export const shipped = ${JSON.stringify(digests)}`, loader: 'ts' }
      })
      b.onEnd(() => {
        if (!used) throw new Error(`nothing imports ${path}: the bundle would not know its digests`)
      })
    },
  }
}

const integrity = async file => `sha384-${createHash('sha384').update(await readFile(file)).digest('base64')}`

/**
 * Writes a page into a folder, with the digest of every script and style that it names there. Its scripts must import nothing: an import cannot carry a digest, and where a
 * preloaded module or another script tag for it fails its check, Chromium fetches the module again, without one.
 */
export async function writePage(from, folder) {
  let html = await readFile(from, 'utf8')
  for (const [tag, script, style] of html.matchAll(/<script\b[^>]*\ssrc="([^"]+)"[^>]*>|<link\b[^>]*\srel="stylesheet"[^>]*\shref="([^"]+)"[^>]*>/g)) {
    const file = join(folder, script ?? style)
    const line = tag.replace(/>$/, ` integrity="${await integrity(file)}">`)
    html = html.replace(tag, () => line)
  }
  await writeFile(join(folder, basename(from)), html)
}
