import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, MalformedResponseError } from "../src/index.js";
import { FakeServer, KINDS, ok, refused, type Script } from "./fakes.js";

async function failure(script: Script): Promise<unknown> {
  const server = new FakeServer([script], { maxRetries: 0 });
  return server.failure(KINDS.keyed(server.client));
}

async function refusal(script: Script): Promise<ApiError> {
  const error = await failure(script);
  assert.ok(error instanceof ApiError);
  return error;
}

describe("an answer", () => {
  it("is the body when the call is awaited, and comes with its circumstances when they are asked for", async () => {
    const headers = { "x-request-id": "from-server", "idempotency-replayed": "true" };
    const server = new FakeServer([ok({ commit_id: "c" }, headers)]);
    const call = KINDS.keyed(server.client);
    assert.deepEqual(await call, { commit_id: "c" });
    const { data, status, requestId, attempts, replayed } = await call.withResponse();
    assert.deepEqual([data, status, requestId, attempts, replayed], [await call, 200, "from-server", 1, true]);
    assert.equal(server.attempts, 1);
  });

  it("is a promise in every other way", async () => {
    const server = new FakeServer([ok({ n: 1 }), refused(400, "invalid_scope")]);
    let settled = 0;
    const good = KINDS.safe(server.client).finally(() => settled++);
    assert.deepEqual(await Promise.all([good, Promise.resolve(2)]), [{ n: 1 }, 2]);
    assert.equal(await KINDS.safe(server.client).catch((error) => (error as ApiError).code), "invalid_scope");
    assert.equal(settled, 1);
  });

  it("is text where the API answers with text", async () => {
    const server = new FakeServer([{ status: 200, text: "a 1\n", headers: { "content-type": "text/plain" } }]);
    assert.equal(await server.client.health.metrics(), "a 1\n");
    assert.equal(server.header("accept")[0], "text/plain");
  });

  it("that is no JSON is malformed", async () => {
    const scripts: Script[] = [
      { status: 200, text: "<html>", headers: { "content-type": "text/html" } },
      { status: 200, text: '{"a":' },
      { status: 200, text: "" },
    ];
    for (const script of scripts) {
      const error = await failure(script);
      assert.ok(error instanceof MalformedResponseError);
      assert.equal(error.status, 200);
    }
  });
});

describe("a refusal", () => {
  it("tells code, message and details", async () => {
    const error = await refusal(refused(403, "identity_mismatch", { "retry-after": "2" }, { field: "tenant_id" }));
    assert.deepEqual(
      [error.status, error.code, error.details, error.issues, error.retryAfter],
      [403, "identity_mismatch", { field: "tenant_id" }, [], 2],
    );
    assert.equal(error.message, "403 identity_mismatch: told: identity_mismatch");
  });

  it("tells every field that is wrong", async () => {
    const issues = [
      { path: "nodes.0.type", message: "Required" },
      { path: "", message: "must set input_text" },
    ];
    const error = await refusal({ status: 400, body: { error: "invalid_request", issues } });
    assert.deepEqual(error.issues, issues);
    assert.equal(error.message, "400 invalid_request: nodes.0.type: Required; body: must set input_text");
  });

  it("has a code of its own when somebody on the way made it", async () => {
    for (const [text, body] of [
      ["<html>no</html>", "<html>no</html>"],
      ["", ""],
      ["[1]", [1]],
      ["null", null],
      ['{"error":{"code":5},"message":7,"issues":[3]}', { error: { code: 5 }, message: 7, issues: [3] }],
    ] as const) {
      const error = await refusal({ status: 404, text, headers: { "content-type": "text/html" } });
      assert.deepEqual([error.code, error.message, error.body], ["http_404", "404 http_404: no message", body]);
    }
  });

  it("of a probe keeps what the probe found", async () => {
    const body = { status: "DOWN", checks: [{ name: "database", status: "DOWN" }] };
    const server = new FakeServer([{ status: 503, body }], { maxRetries: 0 });
    await assert.rejects(server.client.health.ready(), { status: 503, code: "http_503", body });
  });

  it("is any answer that is no success, so that credentials follow no redirect", async () => {
    const error = await refusal({ status: 302, headers: { location: "https://elsewhere.example/" } });
    assert.equal(error.code, "http_302");
  });
});
