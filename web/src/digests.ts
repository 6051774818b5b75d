// The digests of the files that this package was built with. What stands here is for the source as it lies: build.mjs puts the digests of what it has built in the
// place of this module, so that veilhash.js knows its worker and its WebAssembly.

import type { Digests } from './code'

export const shipped: Digests = {}
