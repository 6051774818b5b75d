// Uploads that the server has not acknowledged yet. They outlive this page, so that a reload loses none, and go out again byte for byte: a
// second sealing of the same picture would be another voucher.

const KEY = 'veilhash-demo-outbox'

export interface Letter {
  /** The file's name, to show. */
  name: string
  account: string
  message: string
  vouchers: Uint8Array[]
  receipt: Uint8Array
}

type Stored = Omit<Letter, 'vouchers' | 'receipt'> & { vouchers: string[]; receipt: string }

let letters: Letter[] = read()

export const outbox = (): readonly Letter[] => letters

export function put(letter: Letter): void {
  letters = [...letters, letter]
  write()
}

export function remove(letter: Letter): void {
  letters = letters.filter(l => l !== letter)
  write()
}

function read(): Letter[] {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '[]') as Stored[]
    return stored.map(s => ({ ...s, vouchers: s.vouchers.map(fromBase64), receipt: fromBase64(s.receipt) }))
  } catch {
    return [] // storage is blocked, or what it holds is none of ours
  }
}

function write(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(letters.map((l): Stored =>
      ({ ...l, vouchers: l.vouchers.map(toBase64), receipt: toBase64(l.receipt) }))))
  } catch {
    // As above: they last as long as the page.
  }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, b => String.fromCharCode(b)).join(''))
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), c => c.charCodeAt(0))
}
