import { createAccount, createScanner } from './veilhash.js'

const file = document.getElementById('file')
const say = text => { document.getElementById('out').textContent = text }

try {
  const wasmURL = 'scanner.wasm'
  // The account secret belongs to the user's devices: make it once, keep it, never send it.
  const account = localStorage.account ??= await createAccount({ wasmURL })
  const scanner = await createScanner({ wasmURL, account, setURL: 'set/', payload: 'derivative' })
  say('Ready.')
  file.disabled = false

  file.addEventListener('change', async () => {
    // An application does this before it encrypts the picture, and sends the vouchers along with the message.
    const binding = { account: 'alice', message: crypto.randomUUID() }
    const { vouchers, receipt, report } = await scanner.seal(file.files[0], binding)
    const answers = await Promise.all(vouchers.map(body => fetch(`v0/vouchers?${new URLSearchParams(binding)}`, { method: 'POST', body })))
    const delivered = answers.every(answer => answer.ok)
    // Only now, and over reloads, the same picture goes out as a voucher that never opens.
    if (delivered) await scanner.acknowledge(receipt)
    say([
      `Sealed ${vouchers.length} × ${vouchers[0].length} bytes in ${Math.round(report.timings.total)} ms.`,
      ...report.alarms.map(a => a.message),
      delivered ? 'The server has it. What it could do with it, this page does not learn.' : `The server answered ${answers.map(a => a.status)}.`,
    ].join('\n'))
  })
} catch (err) {
  say(err.message)
}
