// The Worker under workerd: ingest, set distribution, and the matcher that a queue drives, with the rows that they leave in D1.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Scene, listed } from "./scene.mjs";
import { migrate, modules, start } from "./worker.mjs";

const queue = { maxBatchSize: 1, maxBatchTimeout: 0, maxRetries: 100, retryDelay: 0 };

let scene;
before(() => {
  scene = new Scene();
});
after(() => scene.remove());

// serve starts the Worker with an empty database and the scene's set.
async function serve(options = {}) {
  const mf = await start({
    modules: modules("worker", options.entry ?? "worker.mjs"),
    r2Buckets: ["RECORDS", "SET"],
    queueProducers: { MATCH: { queueName: "vouchers" } },
    queueConsumers: { vouchers: queue },
    bindings: { APPLICATIONS: scene.applications(), KEYRING: scene.keyring(), LEASE_SECONDS: "3", ORIGINS: "https://chat.example", ...options.bindings },
  });
  const db = await migrate(mf);
  const set = await mf.getR2Bucket("SET");
  for (const [name, content] of scene.files()) await set.put(name, Uint8Array.from(content)); // it takes no Buffer
  const token = scene.key("chat");
  const post = (voucher, message, init = {}) =>
    mf.dispatchFetch(`http://worker/v0/vouchers?account=alice&message=${message}`, {
      method: "POST",
      body: voucher,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
  return { mf, db, set, post };
}

async function rows(db, query) {
  return (await db.prepare(query).all()).results;
}

// settled waits until no voucher waits any more.
async function settled(db, tick = async () => {}) {
  for (let i = 0; i < 300; i++) {
    const [{ vouchers, waiting }] = await rows(db, "SELECT count(*) AS vouchers, count(due) AS waiting FROM vouchers");
    if (vouchers > 0 && waiting === 0) return;
    await tick();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`vouchers still wait: ${JSON.stringify(await rows(db, "SELECT message, state, due, attempt FROM vouchers"))}`);
}

describe("the worker", () => {
  let w;
  before(async () => {
    w = await serve();
  });
  after(() => w.mf.dispose());

  test("takes vouchers, matches them off the queue, and leaves these rows", async () => {
    const inSet = scene.seal(listed[0], "m1");
    const other = scene.seal("5-speakers.jpeg", "m2");
    for (const [voucher, message] of [[inSet, "m1"], [other, "m2"], [inSet, "m1"]]) {
      const answer = await w.post(voucher, message);
      assert.equal(answer.status, 202, await answer.text());
    }
    await settled(w.db);
    const vouchers = await rows(w.db, "SELECT app, account, message, state, ordinal, due, hex(id) AS id FROM vouchers ORDER BY seq");
    assert.deepEqual(vouchers.map(({ id, ...row }) => row), [
      { app: "chat", account: "alice", message: "m1", state: 2, ordinal: 1, due: null },
      { app: "chat", account: "alice", message: "m2", state: 1, ordinal: null, due: null },
    ]);
    assert.deepEqual(await rows(w.db, "SELECT seq, length(raw) AS length, place FROM bodies ORDER BY seq"), [
      { seq: 1, length: inSet.length, place: "" },
      { seq: 2, length: other.length, place: "" },
    ]);
    const evidence = await rows(w.db, "SELECT hex(id) AS id, outcome, length(payload) > 100 AS payload FROM evidence");
    assert.deepEqual(evidence, [{ id: vouchers[0].id, outcome: 1, payload: 1 }]);
    assert.deepEqual(await rows(w.db, "SELECT account, counted, opened, open FROM tallies"), [{ account: "alice", counted: 1, opened: 1, open: 1 }]);
  });

  test("refuses what it must", async () => {
    const voucher = scene.seal("5-speakers.jpeg", "m3");
    const damaged = Buffer.from(voucher);
    damaged[100] ^= 1;
    for (const [name, status, answer] of [
      ["no token", 401, w.post(voucher, "m3", { headers: { authorization: "" } })],
      ["another token", 401, w.post(voucher, "m3", { headers: { authorization: "Bearer guess" } })],
      ["a key of nobody", 401, w.post(voucher, "m3", { headers: { authorization: `Bearer ${scene.stranger()}` } })],
      ["a key for something else", 403, w.post(voucher, "m3", { headers: { authorization: `Bearer ${scene.key("reader")}` } })],
      ["another message", 422, w.post(voucher, "m4")],
      ["damaged", 400, w.post(damaged, "m3")],
      ["too long", 413, w.post(Buffer.alloc(1 << 20), "m3")],
      ["not POST", 405, w.mf.dispatchFetch("http://worker/v0/vouchers")],
      ["console", 404, w.mf.dispatchFetch("http://worker/v0/console/vouchers/00")],
    ]) {
      const { status: got } = await answer;
      assert.equal(got, status, name);
    }
    assert.deepEqual(await rows(w.db, "SELECT * FROM vouchers WHERE message = 'm3'"), []);
  });

  test("is well, and says when it is not", async () => {
    assert.equal((await w.mf.dispatchFetch("http://worker/healthz")).status, 200);
    assert.equal((await w.mf.dispatchFetch("http://worker/readyz")).status, 200);
    const manifest = scene.files().get("manifest");
    await w.set.delete("manifest");
    assert.equal((await w.mf.dispatchFetch("http://worker/readyz")).status, 503);
    await w.set.put("manifest", Uint8Array.from(manifest));
  });

  test("hands out the set", async () => {
    const get = (name, headers = {}) => w.mf.dispatchFetch(`http://worker/set/${name}`, { headers });
    for (const [name, content] of scene.files()) {
      const whole = await get(name, { origin: "https://chat.example" });
      assert.equal(whole.status, 200);
      assert.deepEqual(Buffer.from(await whole.arrayBuffer()), content);
      assert.equal(whole.headers.get("access-control-allow-origin"), "https://chat.example");
      const tag = whole.headers.get("etag");
      assert.equal((await get(name, { "if-none-match": tag })).status, 304);
      const part = await get(name, { range: "bytes=10-49" });
      assert.equal(part.status, 206);
      assert.equal(part.headers.get("content-range"), `bytes 10-49/${content.length}`);
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), content.subarray(10, 50));
      const immutable = /immutable, no-transform/.test(whole.headers.get("cache-control"));
      assert.equal(immutable, name.endsWith(".shard"));
    }
    for (const name of ["", "test-plan", "..%2fmanifest", "manifest/", `${"0".repeat(64)}.shard`]) {
      assert.equal((await get(name)).status, 404, name);
    }
  });
});

test("without a key nothing is matched, and vouchers wait", async () => {
  const w = await serve({ bindings: { KEYRING: "" } });
  try {
    assert.equal((await w.post(scene.seal(listed[0], "k1"), "k1")).status, 202);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(await rows(w.db, "SELECT state, due, attempt FROM vouchers"), [{ state: 0, due: 0, attempt: 0 }]);
  } finally {
    await w.mf.dispose();
  }
});

test("the clock finds what no message has told of", async () => {
  const w = await serve();
  try {
    const worker = await w.mf.getWorker();
    await worker.scheduled({ cron: "* * * * *" }); // nothing to do
    assert.equal((await w.post(scene.seal(listed[0], "c1"), "c1")).status, 202);
    await settled(w.db);
    // As if neither match nor message had been: the voucher is pending again.
    await w.db.batch(["UPDATE vouchers SET state = 0, ordinal = NULL, generation = NULL, period = NULL, due = 0", "DELETE FROM tallies", "DELETE FROM evidence"].map((s) => w.db.prepare(s)));
    await worker.scheduled({ cron: "* * * * *" });
    await settled(w.db);
    assert.deepEqual(await rows(w.db, "SELECT state, ordinal FROM vouchers"), [{ state: 2, ordinal: 1 }]);
  } finally {
    await w.mf.dispose();
  }
});

test("events die and messages come again, and every match counts once", async () => {
  const vouchers = [
    ["r1", scene.seal(listed[0], "r1")],
    ["r2", scene.seal("5-speakers.jpeg", "r2")],
    ["r3", scene.seal(listed[1], "r3")],
  ];
  const outcome = async (db) => ({
    vouchers: await rows(db, "SELECT message, state, ordinal, due FROM vouchers ORDER BY message"),
    evidence: await rows(db, "SELECT hex(id) AS id, outcome, hex(payload) AS payload FROM evidence ORDER BY id"),
    tallies: await rows(db, "SELECT account, counted, opened, open, hex(state) AS state FROM tallies"),
  });
  const w = await serve({ entry: "faults.mjs" });
  const worker = await w.mf.getWorker();
  const play = async (deaths) => {
    await w.db.batch(["vouchers", "bodies", "tallies", "evidence"].map((table) => w.db.prepare(`DELETE FROM ${table}`)));
    await w.set.put("test-plan", JSON.stringify({ deaths }));
    await w.set.put("test-deliveries", "0");
    for (const [message, voucher] of vouchers) assert.equal((await w.post(voucher, message)).status, 202);
    // A message that was given up, or that came while another had the voucher, is what the clock is for.
    await settled(w.db, () => worker.scheduled({ cron: "* * * * *" }));
    const deliveries = Number(await (await w.set.get("test-deliveries")).text());
    return { ...(await outcome(w.db)), deliveries };
  };
  try {
  const { deliveries: _, ...want } = await play([]);
  assert.deepEqual(want.vouchers.map((v) => v.state), [2, 1, 2]);
  assert.equal(want.evidence.length, 2);
  const ordinals = ({ vouchers, ...rest }) => ({ ...rest, vouchers: vouchers.map(({ ordinal, ...v }) => ({ ...v, counted: ordinal !== null })) });
  let again = 0;
  for (const moment of ["before", "after"]) {
    for (const call of [0, 2, 5]) {
      const { deliveries, ...got } = await play([{ call, moment }, { call: 1000, again: true }, { call: call + 1, moment }]);
      assert.deepEqual(ordinals(got), ordinals(want), `death in call ${call}, ${moment} its effect`);
      again += deliveries - vouchers.length;
    }
  }
  // Now and then it is the clock's event that dies, and then no message comes again.
  assert.ok(again >= 3, `messages came again ${again} times in six plays`);
  } finally {
    await w.mf.dispose();
  }
});
