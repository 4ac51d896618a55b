import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, MalformedResponseError, NetworkError, TimeoutError } from "../src/index.js";
import { FakeServer, hungUp, KINDS, nobodyListens, ok, refused, type Script } from "./fakes.js";

const MALFORMED: Script = { status: 200, text: '{"nodes": [' };

/** What is sent how often before it succeeds or the client gives up. */
const CASES: [string, Script, { safe: number; keyed: number; careful: number }][] = [
  [
    "429 with retry-after",
    refused(429, "rate_limited_write", { "retry-after": "1" }),
    { safe: 3, keyed: 3, careful: 3 },
  ],
  ["429 without retry-after", refused(429, "rate_limited_write"), { safe: 3, keyed: 3, careful: 1 }],
  ["503 with retry-after", refused(503, "server_stopping", { "retry-after": "1" }), { safe: 3, keyed: 3, careful: 3 }],
  ["503 without retry-after", refused(503, "admin_not_configured"), { safe: 3, keyed: 3, careful: 1 }],
  ["503 in doubt", refused(503, "database_unavailable", { "retry-after": "1" }), { safe: 3, keyed: 3, careful: 1 }],
  ["503 unrecorded", refused(503, "audit_unavailable", { "retry-after": "5" }), { safe: 3, keyed: 3, careful: 1 }],
  ["502", refused(502, "upstream_embedding_bad_response"), { safe: 3, keyed: 3, careful: 1 }],
  ["504 of a proxy", { status: 504, text: "<html>" }, { safe: 3, keyed: 3, careful: 1 }],
  ["a connection that ends unanswered", hungUp(), { safe: 3, keyed: 3, careful: 1 }],
  ["nobody listening", nobodyListens(), { safe: 3, keyed: 3, careful: 3 }],
  ["silence", "silence", { safe: 3, keyed: 3, careful: 1 }],
  ["half a body", MALFORMED, { safe: 3, keyed: 3, careful: 1 }],
  ["a body that breaks off", { status: 200, bodyFails: hungUp() }, { safe: 3, keyed: 3, careful: 1 }],
  ["400", refused(400, "invalid_scope"), { safe: 1, keyed: 1, careful: 1 }],
  ["401", refused(401, "unauthorized"), { safe: 1, keyed: 1, careful: 1 }],
  ["409", refused(409, "idempotency_key_in_flight"), { safe: 1, keyed: 1, careful: 1 }],
  ["500", refused(500, "internal_error"), { safe: 1, keyed: 1, careful: 1 }],
  ["501", refused(501, "backend_capability_unsupported"), { safe: 1, keyed: 1, careful: 1 }],
  ["500 with retry-after", refused(500, "internal_error", { "retry-after": "1" }), { safe: 1, keyed: 1, careful: 1 }],
];

describe("repeating", () => {
  for (const [name, script, expected] of CASES) {
    for (const kind of ["safe", "keyed", "careful"] as const) {
      it(`sends a ${kind} request ${expected[kind]} times at most after ${name}`, async () => {
        const server = new FakeServer([script]);
        const error = await server.failure(KINDS[kind](server.client));
        assert.equal(server.attempts, expected[kind]);
        assert.equal(error.attempts, expected[kind]);
        assert.equal(server.clock.pending, 0, "no timer is left");
      });
    }
  }

  it("succeeds as soon as one attempt does", async () => {
    const server = new FakeServer([hungUp(), refused(503, "database_unavailable"), ok({ nodes: [] })]);
    const outcome = await server.clock.until(KINDS.keyed(server.client).withResponse());
    assert.equal(outcome.attempts, 3);
    assert.deepEqual(outcome.data, { nodes: [] });
  });

  it("sends the same key, the same request id and the same body each time", async () => {
    const server = new FakeServer([hungUp(), hungUp(), ok({})]);
    const outcome = await server.clock.until(KINDS.keyed(server.client).withResponse());
    const [key] = server.header("idempotency-key");
    assert.match(key ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(server.header("idempotency-key"), [key, key, key]);
    assert.equal(outcome.idempotencyKey, key);
    assert.equal(new Set(server.header("x-request-id")).size, 1);
    assert.equal(new Set(server.requests.map((request) => request.body)).size, 1);
  });

  it("makes a new key and a new request id for each call", async () => {
    const server = new FakeServer([ok({})]);
    await KINDS.keyed(server.client);
    await KINDS.keyed(server.client);
    assert.equal(new Set(server.header("idempotency-key")).size, 2);
    assert.equal(new Set(server.header("x-request-id")).size, 2);
  });

  it("sends the caller's own key and id, and a key only where the API takes one", async () => {
    const server = new FakeServer([ok({})]);
    const own = { idempotencyKey: "mine", requestId: "r-1" };
    await KINDS.keyed(server.client, own);
    await KINDS.safe(server.client, own);
    await KINDS.careful(server.client, own);
    assert.deepEqual(server.header("idempotency-key"), ["mine", undefined, undefined]);
    assert.deepEqual(server.header("x-request-id"), ["r-1", "r-1", "r-1"]);
  });

  it("repeats as often as the client, or the call, is told", async () => {
    for (const [own, client, attempts] of [
      [undefined, 0, 1],
      [undefined, 4, 5],
      [1, 4, 2],
    ] as const) {
      const server = new FakeServer([hungUp()], { maxRetries: client });
      await assert.rejects(server.clock.until(KINDS.safe(server.client, { maxRetries: own })), NetworkError);
      assert.equal(server.attempts, attempts);
    }
  });

  it("tells each kind of fault by its class and its kind", async () => {
    for (const [script, type, kind] of [
      [refused(400, "invalid_scope"), ApiError, "api_error"],
      [hungUp(), NetworkError, "network_error"],
      ["silence", TimeoutError, "timeout"],
      [MALFORMED, MalformedResponseError, "malformed_response"],
    ] as const) {
      const server = new FakeServer([script]);
      const error = await server.failure(KINDS.safe(server.client));
      assert.ok(error instanceof type);
      assert.equal(error.kind, kind);
      assert.equal(error.name, type.name);
      assert.equal(error.requestId, server.header("x-request-id")[0]);
    }
  });
});

describe("the pause between attempts", () => {
  async function paused(script: Script[], chance: number, maxRetries: number): Promise<number> {
    const server = new FakeServer(script, { maxRetries });
    server.clock.chance = chance;
    await server.clock.until(KINDS.safe(server.client)).catch(() => {});
    return server.clock.elapsed;
  }

  it("doubles from 200 ms and stays at 2 s", async () => {
    const pauses = [200, 400, 800, 1600, 2000, 2000];
    for (let n = 1; n <= pauses.length; n++) {
      const sum = pauses.slice(0, n).reduce((a, b) => a + b);
      assert.equal(await paused([hungUp()], 1, n), sum);
    }
  });

  it("is anything from nothing to that", async () => {
    assert.equal(await paused([hungUp()], 0, 2), 0);
    assert.equal(await paused([hungUp()], 0.25, 2), 150);
  });

  it("is what retry-after says, in seconds or as a date, without jitter", async () => {
    for (const [header, expected] of [
      ["3", 3000],
      ["0.5", 500],
      [" 2 ", 2000],
      ["Thu, 01 Jan 2026 00:00:07 GMT", 7000],
    ] as const) {
      assert.equal(await paused([refused(429, "x", { "retry-after": header }), ok({})], 0, 2), expected, header);
    }
  });

  it("is the usual one when retry-after says nothing that could be waited for", async () => {
    for (const header of ["0", "-5", "soon", "", "Wed, 31 Dec 2025 23:59:00 GMT", "1e3"]) {
      assert.equal(await paused([refused(429, "x", { "retry-after": header }), ok({})], 1, 2), 200, header);
    }
  });

  it("is not made when the server asks for more than the client waits", async () => {
    const long = refused(429, "rate_limited_write", { "retry-after": "61" });
    const server = new FakeServer([long]);
    const error = await server.failure(KINDS.keyed(server.client));
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.attempts, error.retryAfter, server.clock.elapsed], [1, 61, 0]);

    const patient = new FakeServer([long, ok({})], { maxRetryAfterMs: 61_000 });
    await patient.clock.until(KINDS.keyed(patient.client));
    assert.equal(patient.clock.elapsed, 61_000);
  });
});
