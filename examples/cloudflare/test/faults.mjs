// The Worker as it is, with faults that tests ask for: its queue event dies in the n-th call to the database, before or after the call's effect, and messages are
// delivered again.
import worker from "./worker.mjs";

// faulty is a D1 database whose n-th call from now on, and all later ones, fail.
function faulty(db, state) {
  const attempt = async (call) => {
    if (state.dead) throw new Error("the event has died");
    const dies = state.left-- === 0;
    if (dies) state.dead = true;
    if (dies && state.moment === "before") throw new Error("the event dies");
    const result = await call();
    if (dies) throw new Error("the event dies");
    return result;
  };
  const wrap = (statement) => ({
    inner: statement,
    bind: (...args) => wrap(statement.bind(...args)),
    run: () => attempt(() => statement.run()),
    raw: (options) => attempt(() => statement.raw(options)),
  });
  return {
    prepare: (query) => wrap(db.prepare(query)),
    batch: (statements) => attempt(() => db.batch(statements.map((s) => s.inner))),
  };
}

export default {
  fetch: worker.fetch,
  scheduled: worker.scheduled,
  async queue(batch, env, ctx) {
    const plan = JSON.parse((await env.SET.get("test-plan").then((o) => o?.text())) ?? "{}");
    const deliveries = (await env.SET.get("test-deliveries").then((o) => o?.text())) ?? "0";
    await env.SET.put("test-deliveries", String(Number(deliveries) + 1));
    const deaths = plan.deaths ?? [];
    const death = deaths[Number(deliveries)];
    if (death === undefined) return worker.queue(batch, env, ctx);
    const state = { left: death.call, moment: death.moment, dead: false };
    await worker.queue(batch, { ...env, DB: faulty(env.DB, state) }, ctx);
    if (death.again) throw new Error("the event was done, but its messages come again");
  },
};
