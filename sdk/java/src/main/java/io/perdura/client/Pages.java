package io.perdura.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** How the lists of the document are paged. */
final class Pages {
  /**
   * Of lists that do not tell whether more follows: a page that is not full is the last, so never
   * more than a server gives.
   */
  static final long LIMIT = 100;

  private Pages() {}

  /** A list with {@code limit} and {@code offset} alone. */
  static <T> Paged<T> byOffset(
      Map<String, Object> query, Function<Map<String, Object>, List<T>> fetch) {
    long limit = Math.min(LIMIT, number(query, "limit", LIMIT));
    return Paged.of(mark -> {
      long offset = mark == null ? number(query, "offset", 0) : (Long) mark;
      List<T> items = fetch.apply(with(with(query, "limit", limit), "offset", offset));
      return new Paged.Page<>(
          items, items.size() < limit ? null : (Object) (offset + items.size()));
    });
  }

  /**
   * A list that says whether more follows.
   *
   * @param <P> the answer
   */
  static <P, T> Paged<T> whileMore(
      Map<String, Object> query,
      Function<Map<String, Object>, P> fetch,
      Function<P, List<T>> items,
      Function<P, Boolean> more) {
    return Paged.of(mark -> {
      long offset = mark == null ? number(query, "offset", 0) : (Long) mark;
      P page = fetch.apply(with(query, "offset", offset));
      List<T> found = items.apply(page);
      boolean last = found.isEmpty() || !Boolean.TRUE.equals(more.apply(page));
      return new Paged.Page<>(found, last ? null : (Object) (offset + found.size()));
    });
  }

  /**
   * A list that says where the next page begins.
   *
   * @param name of the parameter that takes it
   * @param next null after the last page
   */
  static <P, T> Paged<T> byMark(
      Map<String, Object> query,
      String name,
      Function<Map<String, Object>, P> fetch,
      Function<P, List<T>> items,
      Function<P, Object> next) {
    return Paged.of(mark -> {
      P page = fetch.apply(mark == null ? query : with(query, name, mark));
      return new Paged.Page<>(items.apply(page), next.apply(page));
    });
  }

  static long number(Map<String, Object> query, String name, long otherwise) {
    Object value = query.get(name);
    return value instanceof Number ? ((Number) value).longValue() : otherwise;
  }

  static Map<String, Object> with(Map<String, Object> query, String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(query);
    changed.put(name, value);
    return changed;
  }
}
