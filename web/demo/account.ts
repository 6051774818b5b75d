// This browser's account: a name that the server knows, and a secret that it does not. Both stay in local storage, in the clear: whoever can run a script on this
// origin, or read this browser's profile, has them. A real application keeps the secret where it keeps its other keys.

import { createAccount, exportAccount, importAccount, rotateAccount, VeilhashError } from '@veilhash/web'

const KEY = 'veilhash-demo-account'

export interface Account {
  name: string
  secret: string
  /** The successor, and when it takes over: when the running period ends (docs/threshold.md, section 7). */
  next?: { secret: string; from: number }
}

const transferOptions = () => ({
  wasmURL: new URL('transfer.wasm', document.baseURI),
  workerURL: new URL('veilhash-worker.js', document.baseURI),
})

/** The stored account, or a new one. A successor whose time has come has taken over. */
export async function loadAccount(wasmModule: WebAssembly.Module): Promise<Account> {
  let account = read()
  if (!account) return newAccount(wasmModule)
  if (account.next && account.next.from <= Date.now()) {
    account = { name: account.name, secret: account.next.secret }
    write(account)
  }
  return account
}

/** Starts over with another name and secret. */
export async function newAccount(wasmModule: WebAssembly.Module): Promise<Account> {
  const account = { name: `demo-${randomHex(4)}`, secret: await createAccount({ wasmModule }) }
  write(account)
  return account
}

/** Makes a successor that serves from a time on. */
export async function rotate(account: Account, from: number, wasmModule: WebAssembly.Module): Promise<Account> {
  const rotated = { ...account, next: { secret: await rotateAccount(account.secret, { wasmModule }), from } }
  write(rotated)
  return rotated
}

/** The text for another device: name, exported secret and, if there is one, its successor with its time. */
export async function toText(account: Account, passphrase: string): Promise<string> {
  const parts = [account.name, await exportAccount(account.secret, passphrase, transferOptions())]
  if (account.next) parts.push(String(account.next.from), await exportAccount(account.next.secret, passphrase, transferOptions()))
  return parts.join(' ')
}

/** Takes over what {@link toText} gave on another device. */
export async function fromText(text: string, passphrase: string): Promise<Account> {
  const [name, exported, from, successor, more] = text.trim().split(/\s+/)
  if (!name || !exported || !/^[\w-]{1,64}$/.test(name) || more !== undefined || (from !== undefined && !(successor && /^\d{1,15}$/.test(from)))) {
    throw new VeilhashError('export-format')
  }
  const account: Account = { name, secret: await importAccount(exported, passphrase, transferOptions()) }
  if (from && successor) account.next = { from: Number(from), secret: await importAccount(successor, passphrase, transferOptions()) }
  write(account)
  return account
}

/** Sixteen characters that are not easily confused, 80 bits: nobody tries all of these. */
export function suggestPassphrase(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz023456789'
  const picks = crypto.getRandomValues(new Uint8Array(16))
  return [...picks].map((b, i) => (i > 0 && i % 4 === 0 ? '-' : '') + letters[b % letters.length]).join('')
}

/** What there is to say about a passphrase that someone thought up; empty if nothing. It knows no dictionary. */
export function weakness(passphrase: string): string {
  const length = new TextEncoder().encode(passphrase).length
  if (length < 8) return 'Too short: at least eight characters.'
  if (new Set(passphrase).size < 6) return 'Weak: it repeats itself.'
  if (length < 16 && passphrase.split(/[\s-]+/).length < 4) return 'Weak, unless a generator made it. Better: the suggested one, or six random words.'
  return ''
}

export function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map(b => b.toString(16).padStart(2, '0')).join('')
}

function read(): Account | undefined {
  try {
    const { name, secret, next } = JSON.parse(localStorage.getItem(KEY) ?? '') as Partial<Account>
    if (typeof name !== 'string' || typeof secret !== 'string') return undefined
    return { name, secret, ...(typeof next?.secret === 'string' && typeof next.from === 'number' ? { next } : {}) }
  } catch {
    return undefined // storage is blocked, or what it holds is no account
  }
}

function write(account: Account): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(account))
  } catch {
    // Storage is blocked: the account lasts as long as the page.
  }
}
