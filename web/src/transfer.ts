// Accounts on their way to another device. The module is loaded when it is asked for, because Argon2id would weigh on every scanner
// (wasm/transfer), and works in a worker of its own that ends with the call: it takes 64 MiB and holds secrets.

import { DirectConnection, WorkerConnection, workerScript } from './connection'
import { VeilhashError } from './errors'
import { compile, invalid } from './options'
import type { TransferOptions } from './types'

/**
 * Seals an account secret under a passphrase, for the user's other device: one line of text, to be shown as a QR code, say. Whoever gets the text can try
 * passphrases at leisure, a quarter of a second each: let a generator make the passphrase, six random words or 16 characters. It is normalised
 * (NFKC), so that it can be typed on any keyboard.
 *
 * Rejects with `passphrase-short` (below eight bytes), `account`, `account-damaged`, `options-invalid`, `wasm-unavailable`, `worker-unavailable` or `code-digest`.
 */
export async function exportAccount(account: Uint8Array | string, passphrase: string, options: TransferOptions): Promise<string> {
  return run('export', account, passphrase, options)
}

/**
 * Opens what {@link exportAccount} gave on another device: the account file's text, which must be kept secret. Both devices should then share their memory of what was
 * sent ({@link Scanner.sent}).
 *
 * Rejects with `passphrase-wrong`, `export-format`, `export-damaged`, `export-cost`, `options-invalid`, `wasm-unavailable`, `worker-unavailable` or `code-digest`.
 */
export async function importAccount(text: string, passphrase: string, options: TransferOptions): Promise<string> {
  return run('import', text.trim(), passphrase, options)
}

async function run(what: 'export' | 'import', subject: Uint8Array | string, passphrase: string, options: TransferOptions): Promise<string> {
  if (typeof options !== 'object' || options === null) throw invalid(`${what}Account takes an options object`)
  if (typeof passphrase !== 'string') throw invalid('the passphrase must be a text')
  const { worker = true } = options
  const utf8 = new TextEncoder()
  const module = await compile(options, 'transfer.wasm')
  const connection = worker ? new WorkerConnection(await workerScript(options), () => {}, () => {}) : new DirectConnection(() => {})
  try {
    const answer = await connection.ask({
      do: 'transfer',
      what,
      module,
      subject: typeof subject === 'string' ? utf8.encode(subject) : subject,
      passphrase: utf8.encode(passphrase.normalize('NFKC')),
    })
    return new TextDecoder().decode(answer)
  } finally {
    connection.end(new VeilhashError('closed'))
  }
}
