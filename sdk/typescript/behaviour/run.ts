// The behaviour suite: sdk/behaviour/scenarios.json against a running server, through the proxy that makes faults.
import { readFileSync, writeFileSync } from "node:fs";
import { OPERATIONS } from "../src/generated/operations.js";
import { type Input, type OperationId, type PagedId, Perdura, type PerduraOptions, VERSION } from "../src/index.js";
import { differences, type Logged, type Result } from "./result.js";
import { marked, newMarker, type Scenario, unknownKeys, type Wish } from "./scenario.js";

const SCENARIOS = new URL("../../../behaviour/scenarios.json", import.meta.url);
const server = variable("PERDURA_SDK_SERVER");
const proxy = variable("PERDURA_SDK_PROXY");
const options: PerduraOptions = { scope: "sdk-behaviour", adminToken: process.env.PERDURA_SDK_ADMIN_TOKEN };
const direct = new Perdura({ ...options, baseUrl: server });

async function judge(scenario: Scenario, marker: string): Promise<string[]> {
  const unknown = unknownKeys(scenario);
  if (unknown.length > 0) {
    return [`the runner does not know ${unknown}`];
  }
  for (const wish of scenario.before ?? []) {
    await perform(direct, wish);
  }
  await control("DELETE", "/__faults");
  if (scenario.faults) {
    await control("POST", "/__faults", scenario.faults);
  }
  const result = await measured(scenario);
  const log = (await control("GET", "/__log")) as Logged[];
  const storedNodes = scenario.expect.stored_nodes === undefined ? undefined : await countStored(marker);
  await control("DELETE", "/__faults");
  return differences(scenario.expect, { ...result, log, storedNodes });
}

async function measured({ call, client = {} }: Scenario): Promise<Omit<Result, "log">> {
  const through = new Perdura({
    ...options,
    baseUrl: proxy,
    ...(client.timeout_ms !== undefined && { timeoutMs: client.timeout_ms }),
    ...(client.max_retries !== undefined && { maxRetries: client.max_retries }),
    ...(client.admin_token !== undefined && { adminToken: client.admin_token }),
  });
  const controller = new AbortController();
  const timer =
    call.cancel_after_ms === undefined ? undefined : setTimeout(() => controller.abort(), call.cancel_after_ms);
  const began = performance.now();
  const took = () => performance.now() - began;
  try {
    const done = await perform(through, call, controller.signal);
    return { ...done, cancelled: false, elapsedMs: took() };
  } catch (error) {
    return { error, cancelled: error === controller.signal.reason, elapsedMs: took() };
  } finally {
    clearTimeout(timer);
  }
}

async function perform(
  client: Perdura,
  wish: Wish,
  signal?: AbortSignal,
): Promise<{ items?: unknown[]; requestId?: string }> {
  const input = { ...wish.params, ...wish.body };
  const how = { signal, idempotencyKey: wish.idempotency_key };
  if (wish.all_pages) {
    const items: unknown[] = [];
    for await (const item of client.items(wish.operation as PagedId, input as Input<PagedId>, how)) {
      items.push(item);
    }
    return { items };
  }
  const { requestId } = await client
    .call(wish.operation as OperationId, input as Input<OperationId>, how)
    .withResponse();
  return { requestId };
}

async function countStored(marker: string): Promise<number> {
  const { nodes } = await direct.memory.find({ text_contains: marker, type: "event" });
  return nodes.length;
}

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(proxy + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  }
  return text === "" ? undefined : JSON.parse(text);
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set`);
  }
  return value.replace(/\/+$/, "");
}

const scenarios = JSON.parse(readFileSync(SCENARIOS, "utf8")) as unknown[];
const outcomes: { name: string; passed: boolean; detail: string }[] = [];
for (const raw of scenarios) {
  const marker = newMarker();
  const scenario = marked(raw, marker);
  const faults = await judge(scenario, marker).catch((fault) => [`the scenario could not be run: ${fault}`]);
  outcomes.push({ name: scenario.name, passed: faults.length === 0, detail: faults.join("; ") });
  console.log(
    `${faults.length === 0 ? "ok  " : "FAIL"} ${scenario.name}${faults.map((fault) => `\n       ${fault}`).join("")}`,
  );
}
const failed = outcomes.filter((outcome) => !outcome.passed).length;
console.log(`typescript ${VERSION}: ${outcomes.length - failed} passed, ${failed} failed`);
if (process.env.PERDURA_SDK_REPORT) {
  const { info } = await direct.health.openapi();
  const report = {
    language: "typescript",
    version: VERSION,
    server_version: info.version,
    scenarios: outcomes,
    operations: Object.keys(OPERATIONS),
  };
  writeFileSync(process.env.PERDURA_SDK_REPORT, `${JSON.stringify(report, null, 2)}\n`);
}
process.exitCode = failed === 0 && outcomes.length > 0 ? 0 : 1;
