# Veilhash. `make help` lists the targets; two of them are all that a newcomer needs: demo and test.
.DEFAULT_GOAL := help
.PHONY: help build demo test test-go test-wasm test-web test-worker test-browser test-release test-interop fuzz bench soak lint sizes clean tools

PORT   ?= 8787
IMAGES ?=
HEADLESS ?=
FUZZTIME ?= 2s

GO     ?= go
WASMRUN := env GOOS= GOARCH= $(GO) tool wazero run -mount /:/ -env-inherit

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Settings: PORT=$(PORT), IMAGES=folder, HEADLESS=1, FUZZTIME=$(FUZZTIME)"

tools:
	@scripts/need.sh go node npm

build: tools ## the command, the scanner in WebAssembly and the web page, all into bin/
	$(GO) build -trimpath -o bin/veilhash ./cmd/veilhash
	@scripts/samples.sh bin/samples
	@scripts/web.sh build
	@rm -rf bin/web && cp -R web/dist bin/web

demo: build ## the main job on sample pictures: http://127.0.0.1:PORT, or a summary with HEADLESS=1
	bin/veilhash demo --port $(PORT) $(if $(IMAGES),--images "$(IMAGES)") $(if $(HEADLESS),--headless)

test: lint test-go fuzz test-wasm test-web test-worker test-browser test-release test-interop ## all tests: Go, WebAssembly, TypeScript, a real browser
	@echo "make test: all passed"

test-go: ## the Go tests, natively
	$(GO) test ./...

test-wasm: ## the tests of sdk/ again, in WebAssembly
	GOOS=wasip1 GOARCH=wasm $(GO) test -exec "$(WASMRUN)" ./sdk/...

test-web: build ## TypeScript checks and unit tests
	@scripts/web.sh check
	@scripts/web.sh test

test-worker: tools ## the server as a Cloudflare Worker, under workerd
	@examples/cloudflare/build.sh
	@cd examples/cloudflare && npm test --silent

test-browser: build ## the whole way in a real headless browser
	@scripts/need.sh chromium
	@scripts/web.sh test:browser

test-release: build ## build again elsewhere, and compare byte for byte
	@scripts/release.sh

test-interop: ## our logs and those of transparency-dev/tessera, read by each other
	cd internal/interop/tessera && $(GO) vet ./... && $(GO) test ./...

fuzz: ## every fuzz target for FUZZTIME
	@scripts/fuzz.sh $(FUZZTIME)

bench: build ## what an operation costs, beside peers in one run
	$(GO) run ./internal/bench
	$(GO) run ./internal/bench/ingest

soak: ## kill -9, crashes and full disks under load, and memory over a million vouchers (root; an hour)
	$(GO) run ./internal/soak -store sqlite -vouchers 60000 -kills 100 -fulls 3
	$(GO) run ./internal/soak -store postgres -vouchers 60000 -kills 100 -restarts 10 -fulls 3
	$(GO) run ./internal/soak -store sqlite -vouchers 1000000 -memory
	$(GO) run ./internal/soak -store postgres -vouchers 1000000 -memory

lint: tools ## gofmt and go vet, for every platform that is built for
	@test -z "$$(gofmt -l cmd examples internal sdk server wasm web/gen)" || { gofmt -l cmd examples internal sdk server wasm web/gen; echo "lint: run gofmt -w on these"; exit 1; }
	$(GO) vet ./...
	GOOS=wasip1 GOARCH=wasm $(GO) vet ./sdk/... ./wasm/...
	GOOS=js GOARCH=wasm $(GO) vet ./server/d1 ./server/r2 ./wasm/...

sizes: build ## what a browser loads: raw, gzip and brotli bytes, as one JSON object
	@node scripts/sizes.mjs bin/web

clean: ## remove what was built
	rm -rf bin web/dist web/.build web/.cache examples/*/dist
