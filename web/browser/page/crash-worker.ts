// The package's worker, with two ways to break it from outside: `throw` is an uncaught error, `trap` makes the next row of pixels
// trap inside WebAssembly.

import '../../src/worker'

let trap = false
const commands = new BroadcastChannel('crash')
commands.onmessage = event => {
  if (event.data === 'throw') throw new Error('thrown as asked')
  trap = true
  commands.postMessage('armed')
}

const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (m: WebAssembly.Module, i: WebAssembly.Imports) => Promise<WebAssembly.Instance>
WebAssembly.instantiate = (async (module: WebAssembly.Module, imports: WebAssembly.Imports) => {
  const { exports } = await instantiate(module, imports)
  return {
    exports: {
      ...exports,
      vh_write_rows: (...args: number[]) => {
        if (trap) {
          trap = false
          throw new WebAssembly.RuntimeError('unreachable, as asked')
        }
        return (exports.vh_write_rows as (...a: number[]) => number)(...args)
      },
    },
  }
}) as unknown as typeof WebAssembly.instantiate
