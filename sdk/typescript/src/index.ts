export type { Call, Outcome } from "./call.js";
export { Perdura } from "./client.js";
export { type Clock, systemClock } from "./clock.js";
export { ApiError, type Issue, MalformedResponseError, NetworkError, PerduraError, TimeoutError } from "./errors.js";
export { VERSION } from "./generated/operations.js";
export type { CallOptions, PerduraOptions, Secret } from "./options.js";
export { fetchTransport, type Transport, type TransportRequest, type TransportResponse } from "./transport.js";
export type { Answer, Input, Item, OperationId, PagedId, Schemas } from "./types.js";
