#!/bin/sh
# Runs a script of the web package: scripts/web.sh build|check|test|test:browser. Installs its packages first if they changed.
set -eu
cd "$(dirname "$0")/../web"
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --no-audit --no-fund --loglevel=error
fi
npm run --silent "$1"
