/** A call's answer with what came with it. */
export interface Outcome<T> {
  readonly data: T;
  readonly status: number;
  /** The id in the server's logs and audit trail. */
  readonly requestId: string;
  /** How often the request was sent. */
  readonly attempts: number;
  /** Whether the answer is that of an earlier request with the same Idempotency-Key. */
  readonly replayed: boolean;
  /** The key under which a write happened once; undefined where there is none. */
  readonly idempotencyKey?: string;
}

/** A call under way: awaited, it is the answer's body. */
export class Call<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = "Call";
  readonly #outcome: Promise<Outcome<T>>;

  constructor(outcome: Promise<Outcome<T>>) {
    this.#outcome = outcome;
  }

  /** The body together with the request's id and the like. */
  withResponse(): Promise<Outcome<T>> {
    return this.#outcome;
  }

  then<A = T, B = never>(
    done?: ((data: T) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#outcome.then(({ data }) => data).then(done, failed);
  }

  catch<B = never>(failed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, failed);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return this.then().finally(settled);
  }
}
