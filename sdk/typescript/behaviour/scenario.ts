import { randomBytes } from "node:crypto";

/** What a scenario may say; see sdk/behaviour/README.md. Any other key fails it. */
export interface Scenario {
  readonly name: string;
  readonly before?: readonly Wish[];
  readonly faults?: readonly unknown[];
  readonly call: Wish;
  readonly client?: { readonly timeout_ms?: number; readonly max_retries?: number; readonly admin_token?: string };
  readonly expect: Expectation;
}

export interface Wish {
  readonly operation: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly idempotency_key?: string;
  readonly all_pages?: boolean;
  readonly cancel_after_ms?: number;
}

export interface Expectation {
  readonly outcome: string;
  readonly status?: number;
  readonly code?: string;
  readonly retry_after?: number;
  readonly issues?: number;
  readonly attempts?: number;
  readonly stored_nodes?: number;
  readonly same_idempotency_key?: boolean;
  readonly same_request_id?: boolean;
  readonly items?: number;
  readonly min_elapsed_ms?: number;
  readonly max_elapsed_ms?: number;
}

const KEYS = {
  scenario: ["name", "before", "faults", "call", "client", "expect"],
  wish: ["operation", "body", "params", "idempotency_key", "all_pages", "cancel_after_ms"],
  client: ["timeout_ms", "max_retries", "admin_token"],
  expect: [
    "outcome",
    "status",
    "code",
    "retry_after",
    "issues",
    "attempts",
    "stored_nodes",
    "same_idempotency_key",
    "same_request_id",
    "items",
    "min_elapsed_ms",
    "max_elapsed_ms",
  ],
};

/** Returns the scenario with its marker in place. */
export function marked(scenario: unknown, marker: string): Scenario {
  return JSON.parse(JSON.stringify(scenario).replaceAll("{{marker}}", marker)) as Scenario;
}

/** Twenty lower-case letters: digits could be taken for a telephone number and redacted. */
export function newMarker(): string {
  return Array.from(randomBytes(20), (byte) => String.fromCharCode(97 + (byte % 26))).join("");
}

/** Keys that this runner does not know how to honour. */
export function unknownKeys(scenario: Scenario): string[] {
  return [
    ...strange(scenario, KEYS.scenario),
    ...[scenario.call, ...(scenario.before ?? [])].flatMap((wish) => strange(wish, KEYS.wish)),
    ...strange(scenario.client ?? {}, KEYS.client),
    ...strange(scenario.expect, KEYS.expect),
  ];
}

function strange(object: object, known: readonly string[]): string[] {
  return Object.keys(object).filter((key) => !known.includes(key));
}
