// The digests of what the laboratory loads. What stands here is for the source as it lies: build.mjs puts those of what it has built in the place of this module.

export const shipped: { 'lab-worker.js'?: string; 'lab.wasm'?: string } = {}
