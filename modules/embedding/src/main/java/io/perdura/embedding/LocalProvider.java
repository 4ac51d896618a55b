package io.perdura.embedding;

import io.perdura.kernel.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Embeds with a model in this process. The model is loaded in the background; who comes earlier
 * waits inside its deadline.
 *
 * <p>At most {@code concurrency} texts are worked on at once, each on the caller's own thread.
 * Documents never take the last place, so that a backlog of them cannot hold up a query (with a
 * concurrency of 1 a query waits for one text at most, as places are given in order of arrival).
 */
final class LocalProvider implements EmbeddingProvider, Stoppable {
  private final BackgroundLoad<SentenceModel> load;
  private final int concurrency;
  private final Semaphore places;
  private final Semaphore documentPlaces;

  LocalProvider(Callable<SentenceModel> loader, int concurrency) {
    this.load = new BackgroundLoad<>("perdura-embedding-load", loader);
    this.concurrency = concurrency;
    this.places = new Semaphore(concurrency, true);
    this.documentPlaces = new Semaphore(Math.max(1, concurrency - 1), true);
  }

  /** Starts loading the model and returns at once. */
  void startLoading() {
    load.start();
  }

  /** Tells whether a call would find the model loaded. */
  boolean isLoaded() {
    return load.isDone();
  }

  @Override
  public String name() {
    return LocalModel.NAME;
  }

  @Override
  public int dimension() {
    return LocalModel.DIMENSION;
  }

  @Override
  public EmbeddingModel model() {
    return LocalModel.FACTS;
  }

  @Override
  public int usefulBatch() {
    return 1;
  }

  @Override
  public int concurrency() {
    return concurrency;
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    return embedAll(texts, UnaryOperator.identity(), documentPlaces);
  }

  @Override
  public List<float[]> embedQueries(List<String> texts) {
    return embedAll(texts, LocalModel.QUERY_PREFIX::concat, null);
  }

  private List<float[]> embedAll(
      List<String> texts, UnaryOperator<String> form, Semaphore narrower) {
    Deadline deadline = Deadline.current();
    SentenceModel model = load.await(deadline);
    List<float[]> vectors = new ArrayList<>(texts.size());
    for (String text : texts) {
      try {
        vectors.add(embed(model, form.apply(text), narrower, deadline));
      } catch (EmbeddingFailure e) {
        throw vectors.isEmpty() ? e : e.with(padded(vectors, texts.size()));
      }
    }
    return vectors;
  }

  private float[] embed(SentenceModel model, String text, Semaphore narrower, Deadline deadline) {
    if (narrower != null) {
      take(narrower, deadline);
    }
    try {
      take(places, deadline);
      try {
        return model.embed(text);
      } finally {
        places.release();
      }
    } finally {
      if (narrower != null) {
        narrower.release();
      }
    }
  }

  private static void take(Semaphore semaphore, Deadline deadline) {
    try {
      if (semaphore.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EmbeddingFailure.unavailable(0, "interrupted while waiting for the local model", e);
    }
    throw EmbeddingFailure.unavailable(0, "the local model was busy until the deadline", null);
  }

  private static List<float[]> padded(List<float[]> vectors, int size) {
    List<float[]> all = new ArrayList<>(vectors);
    while (all.size() < size) {
      all.add(null);
    }
    return all;
  }

  /** Waits for running calls to end, then frees the model. */
  @Override
  public void close() {
    load.finished().ifPresent(this::closeWhenIdle);
  }

  private void closeWhenIdle(SentenceModel model) {
    try {
      if (places.tryAcquire(concurrency, 10, TimeUnit.SECONDS)) {
        model.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
