const KEY = "idempotency-key";

/** Returns what a client has to know of each operation of an OpenAPI document, by operationId. */
export function operationsOf(document) {
  const operations = {};
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      operations[operation.operationId] = describe(document, path, method, operation);
    }
  }
  return operations;
}

function describe(document, path, method, operation) {
  const parameters = (operation.parameters ?? []).map((one) => resolve(document, one));
  const named = (where) => parameters.filter((one) => one.in === where).map((one) => one.name);
  const body = jsonSchema(document, operation.requestBody);
  const fields = body && fieldsOf(document, body);
  const query = named("query");
  const clash = [...named("path"), ...query].find((name) => fields?.names.includes(name));
  if (clash) {
    throw new Error(`${operation.operationId} has ${clash} twice: flat input cannot tell them apart`);
  }
  const headers = named("header");
  return {
    method: method.toUpperCase(),
    path,
    pathParameters: named("path"),
    query,
    body: body ? (fields ? "fields" : "whole") : "none",
    answer: answerKind(operation),
    tenantHeader: headers.includes("x-tenant-id"),
    // What the operation says counts in place of what the document says for all.
    credential: (operation.security ?? document.security).some((one) => "apiKey" in one || "token" in one),
    admin: headers.includes("x-admin-token") || (operation.security ?? []).some((one) => "adminToken" in one),
    fill: fillable(operation, parameters, headers, fields),
    repeat: repeatability(method, operation, headers),
    ...(operation["x-perdura-page"] && { page: operation["x-perdura-page"] }),
  };
}

/** `always`, `keyed` (with an Idempotency-Key) or `unsent`: only when it is certain that nothing was done. */
function repeatability(method, operation, headers) {
  if (method === "get" || operation["x-perdura-safe"]) {
    return "always";
  }
  return headers.includes(KEY) ? "keyed" : "unsent";
}

/** The optional names that a client's own tenant and scope may fill: never of a control-plane call, never a required one. */
function fillable(operation, parameters, headers, fields) {
  if (operation.tags.includes("control")) {
    return [];
  }
  const optional = [
    ...parameters.filter((one) => one.in === "query" && !one.required).map((one) => one.name),
    ...(fields?.names ?? []).filter((name) => !fields.required.includes(name)),
  ];
  const wanted = headers.includes("x-tenant-id") ? ["scope"] : ["tenant_id", "scope"];
  return wanted.filter((name) => optional.includes(name));
}

function answerKind(operation) {
  const kinds = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([, response]) => Object.keys(response.content ?? {}));
  return kinds.includes("application/json") ? "json" : "text";
}

function jsonSchema(document, body) {
  return body && resolve(document, body.content["application/json"].schema);
}

/** Names of an object's fields; null for anything that is more than one object. */
function fieldsOf(document, schema) {
  const parts = (schema.allOf ?? [schema]).map((part) => resolve(document, part));
  if (parts.some((part) => !part.properties)) {
    return null;
  }
  return {
    names: parts.flatMap((part) => Object.keys(part.properties)),
    required: parts.flatMap((part) => part.required ?? []),
  };
}

function resolve(document, node) {
  if (!node.$ref) {
    return node;
  }
  const found = node.$ref
    .slice(2)
    .split("/")
    .reduce((at, key) => at?.[key], document);
  if (!found) {
    throw new Error(`${node.$ref} leads nowhere`);
  }
  return resolve(document, found);
}
