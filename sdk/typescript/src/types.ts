import type { OPERATIONS } from "./generated/operations.js";
import type { components, operations } from "./generated/schema.js";

/** Every body and answer of the API by its name in the API's description, as in `Schemas["WriteRequest"]`. */
export type Schemas = components["schemas"];

/** The name of an operation in the API's description. */
export type OperationId = keyof operations & keyof typeof OPERATIONS;

type Present<T> = [NonNullable<T>] extends [never] ? unknown : NonNullable<T>;

type Parameters<K extends OperationId, Where extends "path" | "query"> = Present<operations[K]["parameters"][Where]>;

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;

type Body<K extends OperationId> = (typeof OPERATIONS)[K]["body"] extends "fields"
  ? operations[K] extends { requestBody: infer Required }
    ? Json<Required>
    : Partial<Json<NonNullable<operations[K]["requestBody"]>>>
  : (typeof OPERATIONS)[K]["body"] extends "whole"
    ? { body: Json<NonNullable<operations[K]["requestBody"]>> }
    : unknown;

type Flat<T> = { [Name in keyof T]: T[Name] };

/**
 * What an operation takes: the parameters of its path and query and the fields of its body, side by side. Where the body
 * is no plain object (only `mcp`), it is the field `body`.
 */
export type Input<K extends OperationId> = Flat<Parameters<K, "path"> & Parameters<K, "query"> & Body<K>>;

type Content<R> = R extends { content: { "application/json": infer Answer } }
  ? Answer
  : R extends { content: { "text/plain": infer Text } }
    ? Text
    : undefined;

type Successes<R> = R extends { 200: infer Done; 202: infer Taken }
  ? Content<Done> | Content<Taken>
  : R extends { 200: infer Done }
    ? Content<Done>
    : R extends { 202: infer Taken }
      ? Content<Taken>
      : never;

/** What an operation answers when it succeeds. */
export type Answer<K extends OperationId> = Successes<operations[K]["responses"]>;

/** The operations whose answers go on. */
export type PagedId = {
  [K in OperationId]: (typeof OPERATIONS)[K] extends { page: unknown } ? K : never;
}[OperationId];

type ItemsOf<K extends PagedId> = (typeof OPERATIONS)[K] extends { page: { items: infer Name } } ? Name : never;

/** One item of a list that goes on. */
export type Item<K extends PagedId> =
  ItemsOf<K> extends keyof Answer<K> ? (Answer<K>[ItemsOf<K>] extends readonly (infer T)[] ? T : never) : never;

/** What is known of an operation at run time. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly pathParameters: readonly string[];
  readonly query: readonly string[];
  readonly body: "none" | "fields" | "whole";
  readonly answer: "json" | "text";
  readonly tenantHeader: boolean;
  /** Whether an API key or a token opens it. */
  readonly credential: boolean;
  /** Whether it takes the admin token. */
  readonly admin: boolean;
  readonly fill: readonly string[];
  readonly repeat: "always" | "keyed" | "unsent";
  readonly page?: Page;
}

/** How a list goes on. */
export interface Page {
  readonly by: "offset" | "cursor" | "before";
  readonly items: string;
  readonly key?: string;
}
