import type { CallOptions, Secret, Settings } from "./options.js";
import type { Operation } from "./types.js";

type Values = Readonly<Record<string, unknown>>;

/** A request without its credentials, which each attempt asks for anew. */
export interface Prepared {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Puts an operation's input where the API wants it. */
export function prepare(
  operation: Operation,
  input: Values,
  settings: Settings,
  options: CallOptions,
  ids: { requestId: string; idempotencyKey?: string },
): Prepared {
  const values = filled(operation, input, settings);
  const body = bodyOf(operation, values);
  const headers: Record<string, string> = {
    accept: operation.answer === "json" ? "application/json" : "text/plain",
    ...(body !== undefined && { "content-type": "application/json" }),
    ...tenantHeader(operation, values, settings),
    ...lowered(settings.headers),
    ...lowered(options.headers),
    "x-request-id": ids.requestId,
    ...(ids.idempotencyKey !== undefined && { "idempotency-key": ids.idempotencyKey }),
  };
  return { method: operation.method, url: settings.baseUrl + target(operation, values), body, headers };
}

/** The call's own tenant counts more, and a header that contradicts it may be refused. */
function tenantHeader(operation: Operation, values: Values, { tenantId }: Settings): Record<string, string> {
  return operation.tenantHeader && tenantId && values.tenant_id === undefined ? { "x-tenant-id": tenantId } : {};
}

/** The client's own tenant and scope stand in for optional ones that the caller left out. */
function filled(operation: Operation, input: Values, settings: Settings): Values {
  const defaults: Record<string, string | undefined> = { tenant_id: settings.tenantId, scope: settings.scope };
  const values: Record<string, unknown> = { ...input };
  for (const name of operation.fill) {
    values[name] ??= defaults[name];
  }
  return values;
}

function target(operation: Operation, values: Values): string {
  let path = operation.path;
  for (const name of operation.pathParameters) {
    path = path.replace(`{${name}}`, segment(name, values[name]));
  }
  const query = new URLSearchParams();
  for (const name of operation.query) {
    for (const value of [values[name]].flat()) {
      if (value !== undefined && value !== null) {
        query.append(name, text(name, value));
      }
    }
  }
  const search = query.toString();
  return search ? `${path}?${search}` : path;
}

/** A segment that is empty or made of dots would make another path of it. */
function segment(name: string, value: unknown): string {
  const plain = text(name, value ?? "");
  if (plain === "" || plain === "." || plain === "..") {
    throw new TypeError(`${name} cannot be ${JSON.stringify(value)} in a path`);
  }
  return encodeURIComponent(plain);
}

function text(name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  throw new TypeError(`${name} must be a text, a number or a boolean`);
}

function bodyOf(operation: Operation, values: Values): string | undefined {
  if (operation.body === "none") {
    return operation.method === "POST" ? "{}" : undefined;
  }
  if (operation.body === "whole") {
    return JSON.stringify(values.body);
  }
  const elsewhere = [...operation.pathParameters, ...operation.query];
  return JSON.stringify(Object.fromEntries(Object.entries(values).filter(([name]) => !elsewhere.includes(name))));
}

/** The headers that say who calls: only what the operation takes, so that a secret goes no further than it must. */
export async function credentials(operation: Operation, settings: Settings): Promise<Record<string, string>> {
  const [apiKey, bearer, adminToken, more] = await Promise.all([
    operation.credential ? secret(settings.apiKey) : undefined,
    operation.credential ? secret(settings.bearer) : undefined,
    operation.admin ? secret(settings.adminToken) : undefined,
    operation.credential || operation.admin ? settings.auth?.() : undefined,
  ]);
  return {
    ...(apiKey && { "x-api-key": apiKey }),
    ...(bearer && { authorization: `Bearer ${bearer}` }),
    ...(adminToken && { "x-admin-token": adminToken }),
    ...lowered(more),
  };
}

async function secret(value: Secret | undefined): Promise<string | undefined> {
  return typeof value === "function" ? value() : value;
}

function lowered(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}
