// A Worker that runs a Go test binary, for the tests of server/d1: they need the bindings of a Worker, and so cannot run anywhere else.
import "./wasm_exec.js";
import binary from "./app.wasm";

globalThis.tryCatch = (fn) => {
  try {
    return { result: fn() };
  } catch (error) {
    return { error };
  }
};

export default {
  async fetch(request, env, ctx) {
    const text = [];
    const decoder = new TextDecoder();
    globalThis.fs.writeSync = (_fd, bytes) => {
      text.push(decoder.decode(bytes, { stream: true }));
      return bytes.length;
    };
    const go = new Go();
    go.argv = ["go.test", "-test.v", "-test.timeout=0"];
    let code = 0;
    go.exit = (c) => {
      code = c;
    };
    const instance = new WebAssembly.Instance(binary, { ...go.importObject, workers: { ready() {} } });
    await go.run(instance, { env, ctx, binding: {} });
    return new Response(text.join(""), { headers: { "x-exit-code": String(code) } });
  },
};
