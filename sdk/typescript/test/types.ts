// Compiled with the tests and never run: what the types allow and what they refuse.
import { ApiError, type Call, type Item, Perdura, type Schemas } from "../src/index.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<_ extends true>(): void {}

export async function requests(client: Perdura): Promise<void> {
  await client.memory.write({ input_text: "x", nodes: [{ type: "event", slots: { any: ["thing"] } }] });
  // @ts-expect-error: nothing to write
  await client.memory.write();
  // @ts-expect-error: no such type of node
  await client.memory.write({ nodes: [{ type: "dream" }] });
  // @ts-expect-error: no such field
  await client.memory.write({ inputText: "x" });
  // @ts-expect-error: a number
  await client.memory.find({ limit: "5" });
  // @ts-expect-error: query_text is missing
  await client.memory.recallText({ limit: 5 });
  await client.memory.recallText({ query_text: "x", limit: null, rules_context: { a: [1] } });
  // @ts-expect-error: the session is missing
  await client.sessions.events({});
  await client.sessions.events({ session_id: "s", include_slots: true, limit: 5 });
  await client.packs.export();
  await client.admin.apiKeys.rotate({ id: "k" });
  // @ts-expect-error: which key?
  await client.admin.apiKeys.rotate({ overlap_seconds: 5 });
  // @ts-expect-error: a scope is erased by its name alone
  await client.admin.erasure.scope({});
  await client.admin.tenants.quota({ tenant_id: "acme" });
  await client.mcp.send({ body: { jsonrpc: "2.0", id: 1, method: "ping" }, tools: "all" });
  // @ts-expect-error: an object is no message
  await client.mcp.send({ body: {} });
  // @ts-expect-error: no such operation
  await client.call("forget", {});
  // @ts-expect-error: a signal is no number
  await client.health.check({ signal: 5 });
  // @ts-expect-error: no such option
  new Perdura({ url: "http://localhost" });
}

export async function answers(client: Perdura): Promise<void> {
  const written = await client.memory.write({ input_text: "x" });
  is<Same<typeof written, Schemas["WriteAnswer"]>>();
  is<Same<(typeof written.nodes)[number]["type"], Schemas["NodeType"]>>();
  const recalled = await client.memory.recallText({ query_text: "x" });
  is<Same<typeof recalled.context.text, string>>();
  is<Same<Awaited<ReturnType<typeof client.health.metrics>>, string>>();
  is<Same<Awaited<ReturnType<typeof client.mcp.send>>, Schemas["RpcAnswer"] | undefined>>();
  const run = await client.admin.jobs.run({ name: "embed-backfill" });
  is<Same<typeof run.run.state, Schemas["JobRunRow"]["state"]>>();
  const call: Call<Schemas["FindAnswer"]> = client.memory.find({});
  const { data, requestId } = await call.withResponse();
  is<Same<typeof data, Schemas["FindAnswer"]>>();
  is<Same<typeof requestId, string>>();
  // @ts-expect-error: no such field
  written.commit;
}

export async function lists(client: Perdura): Promise<void> {
  for await (const node of client.memory.findAll({ type: "event" })) {
    is<Same<typeof node, Schemas["FoundNode"]>>();
  }
  for await (const key of client.admin.apiKeys.all()) {
    is<Same<typeof key, Schemas["ApiKeyRow"]>>();
  }
  for await (const hour of client.admin.reports.allTimeseries({ tenant_id: "acme" })) {
    is<Same<typeof hour, Item<"getTenantTimeseries">>>();
    is<Same<typeof hour.bucket_utc, string>>();
  }
  // @ts-expect-error: this list has one page
  client.admin.jobs.all();
}

export function errors(error: unknown): string {
  if (error instanceof ApiError && error.code === "rate_limited_write") {
    is<Same<typeof error.retryAfter, number | undefined>>();
    return `${error.status} ${error.requestId} ${error.issues.map((issue) => issue.path)}`;
  }
  return "";
}
