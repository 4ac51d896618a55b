import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import {
  ApiError,
  MalformedResponseError,
  NetworkError,
  Perdura,
  type PerduraOptions,
  TimeoutError,
} from "../src/index.js";

/** The global fetch against a real socket. */
describe("fetch", () => {
  const servers: Server[] = [];
  let asked: string[] = [];

  async function client(answer: RequestListener, options: PerduraOptions = {}): Promise<Perdura> {
    asked = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers["idempotency-key"] ? "keyed" : ""}`.trim());
      request.resume().on("end", () => answer(request, response));
    });
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new Perdura({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...options });
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  });

  function json(response: Parameters<RequestListener>[1], body: unknown): void {
    response.setHeader("content-type", "application/json; charset=utf-8");
    response.setHeader("x-request-id", "from-server");
    response.end(JSON.stringify(body));
  }

  it("sends the request and reads the answer", async () => {
    const perdura = await client((_, response) => json(response, { commit_id: "c" }));
    const { data, requestId } = await perdura.memory.write({ input_text: "ü" }).withResponse();
    assert.deepEqual([data.commit_id, requestId], ["c", "from-server"]);
    assert.deepEqual(asked, ["POST /v1/memory/write keyed"]);
  });

  it("sees a connection that ends unanswered, and one that ends in the middle of a body", async () => {
    const dropped = await client((_, response) => response.destroy(), { maxRetries: 1 });
    await assert.rejects(dropped.memory.write({ input_text: "x" }), NetworkError);
    assert.equal(asked.length, 2);

    const broken = (_: unknown, response: Parameters<RequestListener>[1]) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write('{"nodes":');
      setTimeout(() => (response.socket as Socket).destroy(), 20);
    };
    await assert.rejects((await client(broken, { maxRetries: 0 })).memory.find({}), NetworkError);
  });

  it("sees that nobody listens, and repeats even what has no key", async () => {
    const perdura = await client(() => {}, { maxRetries: 1 });
    const server = servers.pop();
    await new Promise((closed) => server?.close(closed));
    await assert.rejects(perdura.admin.cluster.drain(), (error: NetworkError) => {
      assert.ok(error instanceof NetworkError);
      assert.equal(error.attempts, 2);
      assert.match(error.message, /the server cannot be reached: .*ECONNREFUSED/);
      return true;
    });
  });

  it("sees a body that comes too late or is no whole JSON", async () => {
    const late = await client(
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write("{");
      },
      { maxRetries: 0, timeoutMs: 100 },
    );
    await assert.rejects(late.memory.find({}), TimeoutError);

    const half = await client((_, response) => response.setHeader("content-type", "application/json").end('{"nodes"'), {
      maxRetries: 0,
    });
    await assert.rejects(half.memory.find({}), MalformedResponseError);
  });

  it("follows no redirect", async () => {
    const perdura = await client((_, response) => response.writeHead(307, { location: "/elsewhere" }).end(), {
      apiKey: "k",
    });
    await assert.rejects(
      perdura.memory.find({}),
      (error: ApiError) => error instanceof ApiError && error.status === 307,
    );
    assert.deepEqual(asked, ["POST /v1/memory/find"]);
  });

  it("gives the connection up when the caller does", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    let answered: boolean | undefined;
    let gaveUp: () => void = assert.fail;
    const closed = new Promise<void>((resolve) => {
      gaveUp = resolve;
    });
    const perdura = await client((_, response) => {
      response.on("close", () => {
        answered = response.writableEnded;
        gaveUp();
      });
      controller.abort(reason);
    });
    await assert.rejects(perdura.memory.find({}, { signal: controller.signal }), reason);
    await closed;
    assert.equal(answered, false);
  });
});
