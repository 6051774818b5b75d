// This browser's account: a name and the account secret. Both stay in local storage; a real application keeps the secret where
// it keeps its other keys.

import { createAccount } from '@veilhash/web'

const NAME = 'veilhash-demo-name'
const SECRET = 'veilhash-demo-account'

export interface Account {
  name: string
  secret: string
}

export async function loadAccount(wasmModule: WebAssembly.Module): Promise<Account> {
  let name = read(NAME)
  let secret = read(SECRET)
  if (!name || !secret) {
    name = `demo-${randomHex(4)}`
    secret = await createAccount({ wasmModule })
    write(NAME, name)
    write(SECRET, secret)
  }
  return { name, secret }
}

/** Forgets the account, so that the next load makes another. */
export function forgetAccount(): void {
  write(NAME, '')
  write(SECRET, '')
}

export function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map(b => b.toString(16).padStart(2, '0')).join('')
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null // storage is blocked: the account lasts as long as the page
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // As above.
  }
}
