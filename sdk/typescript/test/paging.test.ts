import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "../src/index.js";
import { FakeServer, ok, refused } from "./fakes.js";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) {
    list.push(item);
  }
  return list;
}

function page(items: unknown[], has_more: boolean): { nodes: unknown[]; page: { has_more: boolean } } {
  return { nodes: items, page: { has_more } };
}

describe("a list that goes on", () => {
  it("by offset ends where the server says so", async () => {
    const server = new FakeServer([ok(page([1, 2], true)), ok(page([3], false))]);
    assert.deepEqual(await all(server.client.memory.findAll({ limit: 2, offset: 10 })), [1, 2, 3]);
    assert.deepEqual(
      [server.body(0), server.body(1)],
      [
        { limit: 2, offset: 10 },
        { limit: 2, offset: 12 },
      ],
    );
    assert.equal(server.attempts, 2);
  });

  it("by offset ends at the first empty page where the server says nothing, however short pages are", async () => {
    const server = new FakeServer([ok({ keys: [1, 2] }), ok({ keys: [3] }), ok({ keys: [] })]);
    assert.deepEqual(await all(server.client.admin.apiKeys.all({ limit: 5, status: "active" })), [1, 2, 3]);
    assert.deepEqual(
      server.requests.map((request) => new URL(request.url).search),
      ["?status=active&limit=5", "?status=active&limit=5&offset=2", "?status=active&limit=5&offset=3"],
    );
  });

  it("by cursor follows it and leaves the offset behind", async () => {
    const part = (series: number[], next: string | null) =>
      ok({ series, page: { has_more: next !== null }, cursor: { next } });
    const server = new FakeServer([part([1], "c1"), part([2], "c2"), part([3], null)]);
    const items = server.client.admin.reports.allTimeseries({ tenant_id: "acme", offset: 1, limit: 1 });
    assert.deepEqual(await all(items), [1, 2, 3]);
    assert.deepEqual(
      server.requests.map((request) => new URL(request.url).search),
      ["?limit=1&offset=1", "?limit=1&cursor=c1", "?limit=1&cursor=c2"],
    );
  });

  it("of job runs asks for those before the last", async () => {
    const server = new FakeServer([ok({ runs: [{ run_id: "b" }, { run_id: "a" }] }), ok({ runs: [] })]);
    assert.equal((await all(server.client.admin.jobs.allRuns())).length, 2);
    assert.match(server.requests[1]?.url ?? "", /job-runs\?before=a$/);
  });

  it("of events has its session in the path of every page", async () => {
    const server = new FakeServer([
      ok({ events: [1], page: { has_more: true } }),
      ok({ events: [2], page: { has_more: false } }),
    ]);
    assert.deepEqual(await all(server.client.sessions.allEvents({ session_id: "s" })), [1, 2]);
    assert.match(server.requests[1]?.url ?? "", /sessions\/s\/events\?offset=1$/);
  });

  it("is asked no further when the caller has enough", async () => {
    const server = new FakeServer([ok(page([1, 2], true))]);
    for await (const item of server.client.memory.findAll({})) {
      if ((item as unknown) === 2) {
        break;
      }
    }
    assert.equal(server.attempts, 1);
  });

  it("is asked for nothing until somebody reads it, fails where a page fails, and ends with the signal", async () => {
    const server = new FakeServer([ok(page([1], true)), refused(400, "invalid_request")]);
    const items = server.client.memory.findAll({});
    assert.equal(server.attempts, 0);
    assert.equal((await items.next()).value, 1);
    await assert.rejects(items.next(), ApiError);

    const controller = new AbortController();
    const stopped = new FakeServer([ok(page([1], true))]).client.memory.findAll({}, { signal: controller.signal });
    await stopped.next();
    controller.abort();
    await assert.rejects(stopped.next(), { name: "AbortError" });
  });

  it("without items at all is empty", async () => {
    const server = new FakeServer([ok({ session: null, events: [], page: { has_more: false } })]);
    assert.deepEqual(await all(server.client.sessions.allEvents({ session_id: "none" })), []);
    assert.equal(server.attempts, 1);
  });
});
