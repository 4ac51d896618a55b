package io.perdura.embedding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * One call for many texts, sent to a remote provider in chunks. A chunk that is refused because of
 * its content is halved until the offending text stands alone, as long as a small budget of extra
 * calls lasts (enough to find one or two among hundreds); the others keep their vectors.
 */
final class RemoteBatch {
  private final List<String> texts;
  private final Function<List<String>, List<float[]>> call;
  private final float[][] vectors;
  private int extraCalls;
  private EmbeddingFailure failure;
  private boolean stopped;

  private RemoteBatch(List<String> texts, Function<List<String>, List<float[]>> call) {
    this.texts = texts;
    this.call = call;
    this.vectors = new float[texts.size()][];
  }

  /**
   * Embeds {@code texts}, at most {@code chunk} in each call, one call after the other.
   *
   * @throws EmbeddingFailure when any text got no vector, with the vectors of the others
   */
  static List<float[]> embed(
      List<String> texts, int chunk, Function<List<String>, List<float[]>> call) {
    RemoteBatch batch = new RemoteBatch(texts, call);
    for (int from = 0; from < texts.size() && !batch.stopped; from += chunk) {
      int to = Math.min(texts.size(), from + chunk);
      batch.extraCalls = 4 * (32 - Integer.numberOfLeadingZeros(to - from));
      batch.embed(from, to);
    }
    if (batch.failure != null) {
      throw batch.failure.with(new ArrayList<>(Arrays.asList(batch.vectors)));
    }
    return Arrays.asList(batch.vectors);
  }

  private void embed(int from, int to) {
    try {
      keep(from, call.apply(texts.subList(from, to)));
    } catch (EmbeddingFailure e) {
      if (e.partial().isPresent()) {
        keep(from, e.partial().get());
        remember(e);
      } else if (e.isRetryable()) {
        remember(e);
        stopped = true;
      } else if (to - from > 1 && extraCalls >= 2) {
        extraCalls -= 2;
        int middle = (from + to) >>> 1;
        embed(from, middle);
        if (!stopped) {
          embed(middle, to);
        }
      } else {
        remember(e);
      }
    }
  }

  private void keep(int from, List<float[]> arrived) {
    for (int i = 0; i < arrived.size(); i++) {
      vectors[from + i] = arrived.get(i);
    }
  }

  /** A failure that may pass outweighs one that will not: nothing is given up too early. */
  private void remember(EmbeddingFailure next) {
    if (failure == null || next.isRetryable()) {
      failure = next;
    }
  }
}
