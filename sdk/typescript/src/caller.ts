import { attempt } from "./attempt.js";
import { Call, type Outcome } from "./call.js";
import { pause } from "./clock.js";
import { PerduraError } from "./errors.js";
import { OPERATIONS } from "./generated/operations.js";
import { newId } from "./ids.js";
import { type CallOptions, checkLimits, type PerduraOptions, type Settings, settingsOf } from "./options.js";
import { credentials, prepare } from "./request.js";
import { isRepeatable, pauseAfter } from "./retry.js";
import type { Answer, Input, Operation, OperationId } from "./types.js";

/** Calls operations by their names; every method of a client ends here. */
export class Caller {
  readonly #settings: Settings;

  constructor(options: PerduraOptions) {
    this.#settings = settingsOf(options);
  }

  call<K extends OperationId>(id: K, input: Input<K>, options: CallOptions = {}): Call<Answer<K>> {
    return new Call(this.#run(OPERATIONS[id], input, options) as Promise<Outcome<Answer<K>>>);
  }

  async #run(operation: Operation, input: object, options: CallOptions): Promise<Outcome<unknown>> {
    const settings = this.#settings;
    const { clock } = settings;
    const timeoutMs = options.timeoutMs ?? settings.timeoutMs;
    const maxRetries = options.maxRetries ?? settings.maxRetries;
    checkLimits(timeoutMs, maxRetries);
    const requestId = options.requestId ?? newId(clock);
    const idempotencyKey = operation.repeat === "keyed" ? (options.idempotencyKey ?? newId(clock)) : undefined;
    const request = prepare(operation, { ...input }, settings, options, { requestId, idempotencyKey });
    for (let attempts = 1; ; attempts++) {
      const headers = checked({ ...request.headers, ...(await credentials(operation, settings)) });
      try {
        const limits = { timeoutMs, signal: options.signal };
        const received = await attempt(operation, { ...request, headers }, settings, limits, { requestId, attempts });
        return {
          ...received,
          requestId: received.requestId ?? requestId,
          attempts,
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        };
      } catch (error) {
        if (!(error instanceof PerduraError) || attempts > maxRetries || !isRepeatable(operation, error)) {
          throw error;
        }
        const wait = pauseAfter(error, clock, settings.maxRetryAfterMs);
        if (wait === undefined) {
          throw error;
        }
        await pause(clock, wait, options.signal);
      }
    }
  }
}

/** A header that cannot be sent is the caller's mistake, not a fault of the network. The message does not tell secrets. */
function checked(headers: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t -~\u0080-\u00ff]*$/.test(value)) {
      throw new TypeError(`header ${name} has a character that cannot be sent`);
    }
  }
  return headers;
}
