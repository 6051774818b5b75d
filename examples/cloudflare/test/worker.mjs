// Runs a Worker built by ../build.sh under workerd, with local bindings, as the tests need it.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { Miniflare } from "miniflare";

const root = new URL("../../../", import.meta.url);
export const build = new URL("build/", new URL("../", import.meta.url));

export const compatibility = "2026-04-01";

// modules are the files of a build, after the entry: one of them, or one of the tests' own.
export function modules(name, entry) {
  const dir = new URL(`${name}/`, build);
  if (!existsSync(dir)) throw new Error(`${dir.pathname} is missing: run examples/cloudflare/build.sh first`);
  const files = readdirSync(dir).filter((file) => file !== entry);
  return [entry, ...files].map((file) => {
    const built = new URL(file, dir);
    const contents = readFileSync(existsSync(built) ? built : new URL(file, import.meta.url));
    return { type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: file, contents };
  });
}

export async function start(options) {
  const mf = new Miniflare({ compatibilityDate: compatibility, cf: false, modulesRoot: "/", d1Databases: ["DB"], r2Buckets: ["RECORDS"], ...options });
  await mf.ready;
  return mf;
}

// migrate applies the migrations that wrangler would.
export async function migrate(mf) {
  const db = await mf.getD1Database("DB");
  const dir = new URL("server/internal/lite/migrations/", root);
  const files = readdirSync(dir).filter((f) => f.endsWith(".sql")).sort();
  if (files.length < 2) throw new Error("the migrations have gone");
  for (const file of files) {
    const text = readFileSync(new URL(file, dir), "utf8").replace(/--.*$/gm, "");
    const statements = text.split(/;\s*$/m).map((s) => s.trim()).filter(Boolean);
    await db.batch(statements.map((s) => db.prepare(s)));
  }
  return db;
}
