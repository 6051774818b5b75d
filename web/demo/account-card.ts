// The card about this browser's account: using it on another device, bringing one here, a new secret, starting over.

import { VeilhashError } from '@veilhash/web'
import { fromText, newAccount, rotate, suggestPassphrase, toText, weakness } from './account'
import type { Account } from './account'
import { $, facts } from './dom'

/** What the card asks of the page. */
export interface Host {
  wasmModule: WebAssembly.Module
  account(): Account
  /** When the running period ends. */
  periodEnds(): number
  /** Uses another account from now on. */
  use(account: Account): Promise<void>
}

const day = (time: number): string => new Date(time).toLocaleDateString('en', { day: 'numeric', month: 'long', year: 'numeric' })

export function showAccount(account: Account, periodEnds: number): void {
  facts($('account-facts'), [
    ['Name', account.name],
    ['Secret', account.next ? `number ${generation(account.secret)}; ${generation(account.next.secret)} from ${day(account.next.from)}` : `number ${generation(account.secret)}`],
    ['Counted until', day(periodEnds)],
  ])
  $<HTMLButtonElement>('account-rotate').disabled = account.next !== undefined
}

/** The generation, which vouchers that match state anyway; the rest of the line is the secret. */
const generation = (secret: string): string => /^[^:]*:(\d+):/.exec(secret)?.[1] ?? ''

export function wireAccount(host: Host): void {
  const form = $<HTMLFormElement>('transfer')
  const passphrase = $<HTMLInputElement>('passphrase')
  const text = $<HTMLTextAreaElement>('transfer-text')
  const say = (message: string, state: 'info' | 'error' = 'info') => {
    $('transfer-say').textContent = message
    $('transfer-say').dataset.state = state
  }
  const busy = (now: boolean) => document.querySelectorAll<HTMLButtonElement>('#account-card button').forEach(b => (b.disabled = now))
  const open = (mode: 'export' | 'import') => {
    form.hidden = false
    form.dataset.mode = mode
    $('transfer-title').textContent = mode === 'export' ? 'Use this account on another device' : 'Bring an account here'
    $('transfer-go').textContent = mode === 'export' ? 'Make the text' : 'Bring it here'
    $('transfer-label').textContent = mode === 'export' ? 'Text for the other device' : 'Text from the other device'
    text.value = ''
    text.readOnly = mode === 'export'
    passphrase.value = mode === 'export' ? suggestPassphrase() : ''
    say(mode === 'export'
      ? 'Tell the other device the passphrase some other way than the text. Whoever has both has the account, and whoever has the text can try passphrases.'
      : 'This takes the place of the account that is here.')
    passphrase.focus()
  }
  passphrase.addEventListener('input', () => {
    if (form.dataset.mode === 'export') say(weakness(passphrase.value))
  })
  $('account-export').addEventListener('click', () => open('export'))
  $('account-import').addEventListener('click', () => open('import'))
  $('transfer-close').addEventListener('click', () => {
    form.hidden = true
    passphrase.value = text.value = ''
  })
  form.addEventListener('submit', event => {
    event.preventDefault()
    void attempt(async () => {
      say('Stretching the passphrase …')
      if (form.dataset.mode === 'export') {
        text.value = await toText(host.account(), passphrase.value)
        text.select()
        say(['Done. Copy the text to the other device.', weakness(passphrase.value)].join(' ').trim())
      } else {
        await host.use(await fromText(text.value, passphrase.value))
        passphrase.value = text.value = ''
        say('Done. This device now sends as the other one does. What the other has sent, this one does not know: what both send shows as a repeat.')
      }
    })
  })
  $('account-rotate').addEventListener('click', () => void attempt(async () => {
    await host.use(await rotate(host.account(), host.periodEnds(), host.wasmModule))
  }))
  $('account-new').addEventListener('click', () => void attempt(async () => {
    await host.use(await newAccount(host.wasmModule))
  }))

  async function attempt(f: () => Promise<void>): Promise<void> {
    busy(true)
    try {
      await f()
    } catch (err) {
      say(err instanceof VeilhashError ? sentences[err.code] ?? err.message.replace(/^veilhash: /, '') : String(err), 'error')
    } finally {
      busy(false)
      showAccount(host.account(), host.periodEnds())
    }
  }
}

const sentences: Partial<Record<VeilhashError['code'], string>> = {
  'passphrase-wrong': 'That is not the passphrase. Nothing has changed here.',
  'passphrase-short': 'The passphrase is too short: at least eight characters.',
  'export-format': 'That is not the text of an account. Copy all of it, from the first letter to the last.',
  'export-damaged': 'The text was altered on its way. Copy it once more.',
  'export-cost': 'The text asks for more work than any honest one does.',
  'wasm-unavailable': 'transfer.wasm could not be loaded. Build it with "make build" and reload this page.',
}
