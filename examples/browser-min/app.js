import { createAccount, createScanner } from './veilhash.js'

const file = document.getElementById('file')
const say = text => { document.getElementById('out').textContent = text }

try {
  const wasmURL = 'scanner.wasm'
  // The account secret belongs to the user's devices: make it once, keep it, never send it.
  const account = localStorage.account ??= await createAccount({ wasmURL })
  const scanner = await createScanner({ wasmURL, account, setURL: 'set/' })
  say('Ready.')
  file.disabled = false

  file.addEventListener('change', async () => {
    // An application does this before it encrypts the picture, and sends the voucher along with the message.
    const binding = { account: 'alice', message: crypto.randomUUID() }
    const { voucher, report } = await scanner.seal(file.files[0], binding, { payload: { kind: 'derivative' } })
    const answer = await fetch(`v0/vouchers?${new URLSearchParams(binding)}`, { method: 'POST', body: voucher })
    say([
      `Sealed a voucher of ${voucher.length} bytes in ${Math.round(report.timings.total)} ms.`,
      ...report.alarms.map(a => a.message),
      answer.ok ? 'The server has it. What it could do with it, this page does not learn.' : `The server answered ${answer.status}.`,
    ].join('\n'))
  })
} catch (err) {
  say(err.message)
}
