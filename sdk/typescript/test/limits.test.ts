import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Perdura, TimeoutError } from "../src/index.js";
import { FakeServer, hungUp, KINDS, ok } from "./fakes.js";

describe("a time limit", () => {
  it("ends each attempt by itself", async () => {
    const server = new FakeServer(["silence"], { timeoutMs: 300 });
    server.clock.chance = 0;
    await assert.rejects(server.clock.until(KINDS.safe(server.client)), TimeoutError);
    assert.equal(server.clock.elapsed, 900);
    assert.ok(server.requests.every((request) => request.signal.aborted));
  });

  it("can differ for one call", async () => {
    const server = new FakeServer(["silence"], { timeoutMs: 300, maxRetries: 0 });
    await assert.rejects(server.clock.until(KINDS.safe(server.client, { timeoutMs: 50 })), /within 50 ms/);
    assert.equal(server.clock.elapsed, 50);
  });

  it("is 10 s where nobody says otherwise", async () => {
    const server = new FakeServer(["silence"], { maxRetries: 0 });
    await assert.rejects(server.clock.until(KINDS.safe(server.client)), TimeoutError);
    assert.equal(server.clock.elapsed, 10_000);
  });

  it("holds for a transport that ignores it", async () => {
    const server = new FakeServer(["silence without a signal", ok({ nodes: [1] })]);
    assert.deepEqual(await server.clock.until(KINDS.safe(server.client)), { nodes: [1] });
  });

  it("must be a limit", async () => {
    for (const options of [{ timeoutMs: 0 }, { timeoutMs: Number.NaN }, { maxRetries: -1 }, { maxRetries: 1.5 }]) {
      assert.throws(() => new Perdura(options), RangeError);
      await assert.rejects(KINDS.safe(new FakeServer([]).client, options), RangeError);
    }
  });
});

describe("an abort", () => {
  it("ends a call under way with the signal's reason, and is not repeated", async () => {
    const server = new FakeServer(["silence"]);
    const controller = new AbortController();
    const call = KINDS.keyed(server.client, { signal: controller.signal }).withResponse();
    const reason = new Error("enough");
    queueMicrotask(() => setImmediate(() => controller.abort(reason)));
    await assert.rejects(call, reason);
    assert.equal(server.attempts, 1);
    assert.equal(server.requests[0]?.signal.aborted, true);
    assert.equal(server.clock.pending, 0);
  });

  it("ends the pause between attempts", async () => {
    const server = new FakeServer([hungUp()]);
    const controller = new AbortController();
    const call = KINDS.keyed(server.client, { signal: controller.signal }).withResponse();
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(call, { name: "AbortError" });
    assert.equal(server.attempts, 1);
    assert.equal(server.clock.pending, 0);
  });

  it("before the call keeps anything from being sent", async () => {
    const server = new FakeServer([ok({})]);
    await assert.rejects(KINDS.keyed(server.client, { signal: AbortSignal.abort() }), { name: "AbortError" });
    assert.equal(server.attempts, 0);
  });

  it("after the call does nothing, and the signal forgets the call", async () => {
    const server = new FakeServer([ok({ nodes: [] })]);
    const controller = new AbortController();
    const call = KINDS.safe(server.client, { signal: controller.signal });
    assert.deepEqual(await call, { nodes: [] });
    controller.abort();
    assert.deepEqual(await call, { nodes: [] });
  });
});
