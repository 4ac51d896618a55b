import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPERATIONS } from "../src/generated/operations.js";
import { FakeServer, ok } from "./fakes.js";

type Method = (input: object) => PromiseLike<unknown> | AsyncGenerator;

/** Every method of every group, by its path in the client. */
function methods(group: object, path = "client"): [string, Method][] {
  const found: [string, Method][] = [];
  for (const [name, value] of Object.entries(group as Record<string, object>)) {
    found.push(...methods(value, `${path}.${name}`));
  }
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(group))) {
    if (name !== "constructor" && path !== "client") {
      const method = (group as Record<string, Method>)[name];
      assert.ok(method);
      found.push([`${path}.${name}`, method.bind(group)]);
    }
  }
  return found;
}

/** The operation that a request is, found by its method and path alone. */
function operationOf(method: string, url: string): string {
  const path = new URL(url).pathname;
  const found = Object.entries(OPERATIONS).filter(
    ([, one]) => one.method === method && one.path.replace(/\{\w+\}/g, "x-x") === path,
  );
  assert.equal(found.length, 1, `${method} ${path}`);
  return found[0]?.[0] ?? "";
}

async function calledBy(isPaging: boolean): Promise<string[]> {
  const server = new FakeServer([ok({ cursor: {}, page: {} })]);
  const called: string[] = [];
  for (const [name, method] of methods(server.client)) {
    if (/\.all[A-Z]|\.all$|All$/.test(name) === isPaging) {
      const input = { id: "x-x", name: "x-x", run_id: "x-x", session_id: "x-x", tenant_id: "x-x", body: {} };
      const result = method(input);
      if ("next" in result) {
        await result.next().catch(() => {});
      } else {
        await result;
      }
      const request = server.requests.at(-1);
      called.push(operationOf(request?.method ?? "", request?.url ?? ""));
      assert.equal(server.attempts, called.length, `${name} asks once`);
    }
  }
  return called.sort();
}

describe("the client", () => {
  it("has one method for each operation of the API and no other", async () => {
    assert.deepEqual(await calledBy(false), Object.keys(OPERATIONS).sort());
  });

  it("has one more for each that goes on", async () => {
    const paged = Object.entries(OPERATIONS).filter(([, operation]) => "page" in operation);
    assert.deepEqual(await calledBy(true), paged.map(([id]) => id).sort());
  });
});
