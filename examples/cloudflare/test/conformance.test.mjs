// The storage contract (server/storetest), on D1 and R2 under workerd.
import assert from "node:assert/strict";
import { test } from "node:test";
import { migrate, modules, start } from "./worker.mjs";

test("server/d1 keeps the contract of server/store", async () => {
  const mf = await start({ modules: modules("conformance", "gotest.mjs") });
  try {
    await migrate(mf);
    const response = await mf.dispatchFetch("http://test/");
    const text = await response.text();
    assert.equal(response.headers.get("x-exit-code"), "0", text);
    assert.match(text, /^PASS$/m, text);
    assert.doesNotMatch(text, /^\s*--- SKIP/m, text);
    const passed = text.match(/^\s*--- PASS/gm)?.length ?? 0;
    assert.ok(passed >= 28, `only ${passed} tests have run:\n${text}`);
  } finally {
    await mf.dispose();
  }
});
