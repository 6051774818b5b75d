#!/bin/sh
# Says which of the named tools are missing, and how to get them. Fails if one is.
missing=0
need() { # tool, how to get it
	echo "$1 is missing: $2" >&2
	missing=1
}
for tool in "$@"; do
	case $tool in
	go) command -v go >/dev/null || need "Go" "install Go 1.26 or later, https://go.dev/dl" ;;
	node) command -v node >/dev/null || need "Node" "install Node 20 or later, https://nodejs.org" ;;
	npm) command -v npm >/dev/null || need "npm" "it comes with Node, https://nodejs.org" ;;
	chromium)
		[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
			need "Chromium" "apt-get install chromium (as root), or set CHROMIUM to the path of a Chrome or Chromium" ;;
	djpeg) command -v djpeg >/dev/null || need "djpeg" "apt-get install libjpeg-turbo-progs (as root)" ;;
	postgres) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || [ -n "${VEILHASH_POSTGRES_BIN:-}" ] ||
		need "PostgreSQL" "apt-get install postgresql (as root), or set VEILHASH_POSTGRES_BIN to the directory of initdb and postgres" ;;
	esac
done
exit $missing
