import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Perdura } from "../src/index.js";
import { FakeServer, ok } from "./fakes.js";

const NODE = "00000000-0000-4000-8000-000000000009";

describe("a request", () => {
  it("goes where the API wants it, with its body as JSON", async () => {
    const server = new FakeServer([ok({})], { baseUrl: "https://memory.example/perdura//" });
    await server.client.memory.write({ input_text: "Ada", nodes: [{ type: "event", title: "t" }] });
    const [request] = server.requests;
    assert.equal(request?.method, "POST");
    assert.equal(request?.url, "https://memory.example/perdura/v1/memory/write");
    assert.equal(request?.headers["content-type"], "application/json");
    assert.equal(request?.headers.accept, "application/json");
    assert.deepEqual(server.body(), { input_text: "Ada", nodes: [{ type: "event", title: "t" }] });
  });

  it("has its path's parameters in the path, escaped, its query in the query, and the rest in the body", async () => {
    const server = new FakeServer([ok({})]);
    await server.client.sessions.events({ session_id: "a b/ü?", include_slots: true, limit: 5, offset: undefined });
    await server.client.admin.apiKeys.rotate({ id: "k1", overlap_seconds: 60 });
    await server.client.admin.tenants.deleteQuota({ tenant_id: "acme" });
    const [list, rotate, remove] = server.requests;
    assert.match(list?.url ?? "", /\/v1\/memory\/sessions\/a%20b%2F%C3%BC%3F\/events\?include_slots=true&limit=5$/);
    assert.deepEqual([list?.method, list?.body, list?.headers["content-type"]], ["GET", undefined, undefined]);
    assert.match(rotate?.url ?? "", /\/api-keys\/k1\/rotate$/);
    assert.deepEqual(server.body(1), { overlap_seconds: 60 });
    assert.deepEqual([remove?.method, remove?.body], ["DELETE", undefined]);
  });

  it("cannot be made to another path by a parameter", async () => {
    const server = new FakeServer([ok({})]);
    for (const tenant_id of ["", ".", ".."]) {
      await assert.rejects(server.client.admin.tenants.deleteQuota({ tenant_id }), TypeError);
    }
    assert.equal(server.attempts, 0);
  });

  it("sends a body that the API does not ask for as an empty object", async () => {
    const server = new FakeServer([ok({})]);
    await server.client.admin.apiKeys.revoke({ id: "k1" });
    await server.client.packs.export();
    assert.deepEqual([server.body(0), server.body(1)], [{}, {}]);
  });

  it("takes the message of the Model Context Protocol whole", async () => {
    const server = new FakeServer([{ status: 202, headers: { "content-type": "" } }], { scope: "s" });
    const body = [{ jsonrpc: "2.0" as const, method: "notifications/initialized" }];
    assert.equal(await server.client.mcp.send({ body, agent_id: "a" }), undefined);
    assert.match(server.requests[0]?.url ?? "", /\/mcp\?scope=s&agent_id=a$/);
    assert.deepEqual(server.body(), body);
    assert.equal(server.header("accept")[0], "application/json");
  });

  it("can be made by the operation's name", async () => {
    const server = new FakeServer([ok({ ok: true })]);
    const answer = await server.client.call("drain", { draining: false });
    assert.equal(answer.ok, true);
    assert.match(server.requests[0]?.url ?? "", /\/v1\/admin\/server\/drain$/);
  });
});

describe("the client's tenant and scope", () => {
  const own = { tenantId: "acme", scope: "team" };

  it("stand in for those that a memory call leaves out", async () => {
    const server = new FakeServer([ok({})], own);
    await server.client.memory.write({ input_text: "x" });
    await server.client.sessions.events({ session_id: "s" });
    await server.client.packs.export();
    await server.client.admin.erasure.node({ node_id: NODE });
    assert.deepEqual(server.header("x-tenant-id"), ["acme", "acme", undefined, undefined]);
    assert.deepEqual(server.body(0), { input_text: "x", scope: "team" });
    assert.match(server.requests[1]?.url ?? "", /events\?scope=team$/);
    assert.deepEqual(server.body(2), { tenant_id: "acme", scope: "team" });
    assert.deepEqual(server.body(3), { node_id: NODE, tenant_id: "acme", scope: "team" });
  });

  it("give way to those of the call", async () => {
    const server = new FakeServer([ok({})], own);
    await server.client.memory.find({ scope: "mine", tenant_id: "globex" });
    assert.deepEqual(server.body(), { scope: "mine", tenant_id: "globex" });
    assert.equal(server.header("x-tenant-id")[0], undefined);
  });

  it("never say what to erase, and never narrow a report of the control plane", async () => {
    const server = new FakeServer([ok({})], own);
    await server.client.admin.erasure.scope({ scope: "old" });
    await server.client.admin.erasure.tenant({ tenant_id: "gone" });
    await server.client.admin.audit.list();
    await server.client.admin.reports.diagnostics({ tenant_id: "globex" });
    assert.deepEqual(server.body(0), { scope: "old", tenant_id: "acme" });
    assert.deepEqual(server.body(1), { tenant_id: "gone" });
    assert.match(server.requests[2]?.url ?? "", /audit-events$/);
    assert.match(server.requests[3]?.url ?? "", /tenant\/globex$/);
  });

  it("are not sent when there are none", async () => {
    const server = new FakeServer([ok({})]);
    await server.client.memory.find({});
    assert.deepEqual(server.body(), {});
    assert.equal(server.header("x-tenant-id")[0], undefined);
  });
});

describe("credentials", () => {
  it("go into the header that is theirs, and only where the API takes them", async () => {
    const server = new FakeServer([ok({})], {
      apiKey: "k",
      bearer: "t",
      adminToken: "a",
      auth: () => ({ "X-Sum": "s" }),
    });
    await server.client.memory.find({});
    await server.client.memory.recallText({ query_text: "q" });
    await server.client.packs.export();
    await server.client.health.check();
    assert.deepEqual(server.header("x-api-key"), ["k", "k", undefined, undefined]);
    assert.deepEqual(server.header("authorization"), ["Bearer t", "Bearer t", undefined, undefined]);
    assert.deepEqual(server.header("x-admin-token"), [undefined, "a", "a", undefined]);
    assert.deepEqual(server.header("x-sum"), ["s", "s", "s", undefined]);
  });

  it("are fetched anew for each attempt when they are functions", async () => {
    let n = 0;
    const server = new FakeServer([new TypeError("gone"), ok({})], {
      bearer: () => Promise.resolve(`token-${++n}`),
      auth: () => ({ "X-Signature": `s${n}` }),
    });
    await server.clock.until(server.client.memory.find({}));
    assert.deepEqual(server.header("authorization"), ["Bearer token-1", "Bearer token-2"]);
    assert.equal(server.header("x-signature").length, 2);
  });

  it("that cannot be sent are the caller's mistake, and stay out of the message", async () => {
    const server = new FakeServer([ok({})], { apiKey: "secret\nkey" });
    await assert.rejects(server.client.memory.find({}), (error: Error) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /x-api-key/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    assert.equal(server.attempts, 0);
  });

  it("leave room for headers of the client and of the call", async () => {
    const server = new FakeServer([ok({})], { headers: { "X-One": "1", "X-Two": "1" } });
    await server.client.memory.find({}, { headers: { "x-two": "2" } });
    assert.deepEqual([server.header("x-one")[0], server.header("x-two")[0]], ["1", "2"]);
  });
});

describe("a base URL", () => {
  it("is the local server by default", async () => {
    const server = new FakeServer([ok({})]);
    await server.client.health.check();
    assert.equal(server.requests[0]?.url, "http://localhost:3001/health");
  });

  it("must be one", () => {
    for (const baseUrl of ["", "localhost:3001", "ftp://x", "http://", "http://x/?a=1", "http://x#y"]) {
      assert.throws(() => new Perdura({ baseUrl }), TypeError, baseUrl);
    }
  });
});
