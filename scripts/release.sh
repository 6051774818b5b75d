#!/bin/sh
# Shows that a release can be checked: the source, built again in another folder, gives the files in bin/web byte for byte.
set -eu
cd "$(dirname "$0")/.."
bin/veilhash release verify --source . bin/web
