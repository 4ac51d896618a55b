package io.perdura.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Everything on all pages. A page is fetched when its first thing is asked for; each iterator
 * begins anew. What is written meanwhile may be seen or missed, as with any paging.
 *
 * @param <T> what is on the pages
 */
public final class Paged<T> implements Iterable<T> {
  private final Function<Object, Page<T>> pages;

  private Paged(Function<Object, Page<T>> pages) {
    this.pages = pages;
  }

  /** One page, and where the next begins; null after the last. */
  static final class Page<T> {
    private final List<T> items;
    private final Object next;

    Page(List<T> items, Object next) {
      this.items = items;
      this.next = next;
    }
  }

  /**
   * Pages that follow a mark.
   *
   * @param pages the page at a mark; null for the first
   */
  static <T> Paged<T> of(Function<Object, Page<T>> pages) {
    return new Paged<>(pages);
  }

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private Page<T> page = pages.apply(null);
      private int at;

      @Override
      public boolean hasNext() {
        while (at >= page.items.size() && page.next != null) {
          page = pages.apply(page.next);
          at = 0;
        }
        return at < page.items.size();
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return page.items.get(at++);
      }
    };
  }

  /** The same as a stream. */
  public Stream<T> stream() {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED), false);
  }
}
