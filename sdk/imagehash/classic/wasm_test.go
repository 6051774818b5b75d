package classic

import "runtime"

const wasm = runtime.GOARCH == "wasm"
