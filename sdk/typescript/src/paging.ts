import type { Caller } from "./caller.js";
import { OPERATIONS } from "./generated/operations.js";
import type { CallOptions } from "./options.js";
import type { Input, Item, Operation, Page, PagedId } from "./types.js";

type Values = Record<string, unknown>;

/**
 * Yields the items of a list, asking for the next page when the last one is used up; `limit` is the length of a page. A list
 * that changes meanwhile may show an item twice or not at all, unless its pages go by cursor.
 */
export async function* items<K extends PagedId>(
  caller: Caller,
  id: K,
  input: Input<K>,
  options?: CallOptions,
): AsyncGenerator<Item<K>, void, undefined> {
  const { page } = OPERATIONS[id] as Operation & { page: Page };
  let next: Values | undefined = { ...input };
  while (next) {
    const answer = (await caller.call(id, next as Input<K>, options)) as Values;
    const list = answer[page.items] as Item<K>[];
    yield* list;
    next = following(page, next, answer, list);
  }
}

/** The input of the next page; undefined when there is none. */
function following(page: Page, input: Values, answer: Values, list: readonly unknown[]): Values | undefined {
  if (list.length === 0 || (answer.page as { has_more?: boolean } | undefined)?.has_more === false) {
    return undefined;
  }
  if (page.by === "cursor") {
    const { next } = answer.cursor as { next: string | null };
    return next === null ? undefined : { ...input, offset: undefined, cursor: next };
  }
  if (page.by === "before") {
    return { ...input, before: (list[list.length - 1] as Values)[page.key as string] };
  }
  return { ...input, offset: Number(input.offset ?? 0) + list.length };
}
