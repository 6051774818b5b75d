#!/bin/sh
# Builds what runs at Cloudflare into build/: worker/ (wasm/worker), and for the tests conformance/ (the tests of server/d1 as a Worker) and veilhash (the command).
set -eu
cd "$(dirname "$0")"
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --no-audit --no-fund --loglevel=error
fi
GO=${GO:-go}
rm -rf build
mkdir -p build
$GO tool workers-assets-gen -mode=go -o build/worker
mkdir build/conformance
cp build/worker/wasm_exec.js build/conformance/
GOOS=js GOARCH=wasm $GO build -trimpath -ldflags="-s -w" -o build/worker/app.wasm ../../wasm/worker
GOOS=js GOARCH=wasm $GO test -c -o build/conformance/app.wasm ../../server/d1
$GO build -trimpath -o build/veilhash ../../cmd/veilhash
../../scripts/samples.sh bin/samples
