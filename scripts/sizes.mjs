// Prints the raw, gzip and brotli bytes of every file that a browser loads, as one JSON object: node scripts/sizes.mjs DIR
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = process.argv[2];
const sizes = {};
const visit = (dir) => {
  for (const name of readdirSync(dir).sort()) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) visit(path);
    else if (!/\.(map|br)$/.test(name)) {
      const bytes = readFileSync(path);
      sizes[relative(root, path)] = {
        raw: bytes.length,
        gzip: gzipSync(bytes, { level: 9 }).length,
        brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
      };
    }
  }
};
visit(root);
console.log(JSON.stringify(sizes, null, 2));
