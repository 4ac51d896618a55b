package io.perdura.memory;

import io.perdura.embedding.EmbeddingFailure;
import io.perdura.embedding.EmbeddingProvider;
import io.perdura.embedding.EmbeddingResult;
import io.perdura.embedding.Embeddings;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Database;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Tx;
import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.EventOutcome;
import io.perdura.outbox.FailureClass;
import io.perdura.outbox.Outbox;
import io.perdura.outbox.OutboxEvent;
import io.perdura.outbox.OutboxHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Gives nodes their vectors (contract, section 10). All texts of a batch of events go to the
 * provider together, and all vectors into the database in one statement.
 */
@ApplicationScoped
public class EmbedNodesHandler implements OutboxHandler {
  private final Database database;
  private final Settings settings;
  private final Embeddings embeddings;
  private final Generations generations;
  private final Outbox outbox;
  private final VectorEvents vectorEvents;

  @Inject
  EmbedNodesHandler(
      Database database,
      Settings settings,
      Embeddings embeddings,
      Generations generations,
      Outbox outbox,
      VectorEvents vectorEvents) {
    this.database = database;
    this.settings = settings;
    this.embeddings = embeddings;
    this.generations = generations;
    this.outbox = outbox;
    this.vectorEvents = vectorEvents;
  }

  protected EmbedNodesHandler() {
    this(null, null, null, null, null, null);
  }

  /** A handler without container, for tests and tools: nobody hears of changed vectors. */
  public static EmbedNodesHandler of(
      Database database,
      Settings settings,
      Embeddings embeddings,
      Generations generations,
      Outbox outbox) {
    return new EmbedNodesHandler(
        database, settings, embeddings, generations, outbox, VectorEvents.silent());
  }

  @Override
  public String eventType() {
    return OutboxEvent.EMBED_NODES;
  }

  @Override
  public Prepared prepare(List<ClaimedEvent> events) {
    List<EmbedJob> jobs = events.stream().map(EmbedJob::new).toList();
    Set<EmbedStore.Key> keys = new LinkedHashSet<>();
    jobs.forEach(job -> job.texts.keySet().forEach(node -> keys.add(job.key(node))));
    Set<UUID> known = new HashSet<>();
    Set<UUID> ready = new HashSet<>();
    database.read(
        "nodes to embed",
        connection -> {
          known.clear();
          ready.clear();
          new EmbedStore(connection).look(keys, known, ready);
          return null;
        });
    Map<String, List<Place>> places = sort(jobs, known, ready);
    Map<EmbedStore.Key, float[]> vectors = embed(places);
    Generation generation = vectors.isEmpty() ? null : generations.configuredGeneration();
    return tx -> apply(tx, jobs, vectors, generation);
  }

  /** Where a text's vector goes. */
  private record Place(EmbedJob job, UUID node) {}

  /** Decides for each node whether it needs a vector, and groups the nodes by their text. */
  private Map<String, List<Place>> sort(List<EmbedJob> jobs, Set<UUID> known, Set<UUID> ready) {
    Redaction redaction = new Redaction(settings.get(CoreSettings.PII_REDACTION));
    int maxLength = settings.get(CoreSettings.MAX_TEXT_LEN);
    Map<String, List<Place>> places = new LinkedHashMap<>();
    for (EmbedJob job : jobs) {
      job.texts.forEach((node, raw) -> {
        if (!known.contains(node)) {
          return;
        }
        if (ready.contains(node) && !job.force) {
          job.skip();
          return;
        }
        job.attempt();
        String text = redaction.redact(TextRules.normalise(raw, maxLength));
        if (text.isEmpty()) {
          job.fail(node, new EmbedJob.Problem(FailureClass.BAD_DATA, "no_embed_text", false, null));
        } else {
          places.computeIfAbsent(text, key -> new ArrayList<>()).add(new Place(job, node));
        }
      });
    }
    return places;
  }

  private Map<EmbedStore.Key, float[]> embed(Map<String, List<Place>> places) {
    Map<EmbedStore.Key, float[]> vectors = new LinkedHashMap<>();
    if (places.isEmpty()) {
      return vectors;
    }
    EmbeddingProvider provider = embeddings.provider().orElse(null);
    if (provider == null) {
      EmbedJob.Problem problem =
          new EmbedJob.Problem(
              FailureClass.UNAVAILABLE, "embedding_provider_unavailable", true, null);
      places.values().forEach(all -> all.forEach(place -> place.job.fail(place.node, problem)));
      return vectors;
    }
    List<EmbeddingResult> results = provider.tryDocuments(List.copyOf(places.keySet()));
    int i = 0;
    for (List<Place> sharing : places.values()) {
      EmbeddingResult result = results.get(i++);
      EmbedJob.Problem problem = result.failure().map(EmbedNodesHandler::problem).orElse(null);
      for (Place place : sharing) {
        if (problem != null) {
          place.job.fail(place.node, problem);
        } else {
          vectors.put(place.job.key(place.node), result.vector());
        }
      }
    }
    return vectors;
  }

  private static EmbedJob.Problem problem(EmbeddingFailure failure) {
    int status = failure.providerStatus().orElse(0);
    String failureClass =
        switch (failure.kind()) {
          case THROTTLED -> FailureClass.THROTTLED;
          case UNAVAILABLE -> FailureClass.UNAVAILABLE;
          case WRONG_DIMENSION -> FailureClass.REFUSED;
          case BAD_RESPONSE ->
              status == 401 || status == 403 ? FailureClass.REFUSED : FailureClass.BAD_DATA;
        };
    String message = failure.getMessage() == null ? failure.kind().label() : failure.getMessage();
    return new EmbedJob.Problem(
        failureClass, message, failure.isRetryable(), failure.retryAfter().orElse(null));
  }

  private List<EventOutcome> apply(
      Tx tx, List<EmbedJob> jobs, Map<EmbedStore.Key, float[]> vectors, Generation generation)
      throws SQLException {
    EmbedStore store = new EmbedStore(tx.connection());
    Set<UUID> stored =
        vectors.isEmpty()
            ? Set.of()
            : store.store(generation, embeddings.provider().orElseThrow().name(), vectors);
    store.fail(failures(jobs, vectors));
    List<OutboxEvent> followUps = new ArrayList<>();
    List<EventOutcome> outcomes = new ArrayList<>();
    for (EmbedJob job : jobs) {
      OutboxEvent followUp = job.followUp();
      if (followUp != null) {
        followUps.add(followUp);
      }
      outcomes.add(job.outcome(stored));
    }
    outbox.enqueue(tx, followUps);
    if (generation != null) {
      announce(tx, vectors, generation, stored);
    }
    return outcomes;
  }

  /** A node that got a vector from one event of the batch is not failed by another. */
  private static Map<EmbedStore.Key, EmbedStore.Failure> failures(
      List<EmbedJob> jobs, Map<EmbedStore.Key, float[]> vectors) {
    Map<EmbedStore.Key, EmbedStore.Failure> failures = new HashMap<>();
    for (EmbedJob job : jobs) {
      job.problems()
          .forEach((node, problem) -> {
            if (!vectors.containsKey(job.key(node))) {
              failures.put(
                  job.key(node), new EmbedStore.Failure(problem.message(), !problem.retryable()));
            }
          });
    }
    return failures;
  }

  private void announce(
      Tx tx, Map<EmbedStore.Key, float[]> vectors, Generation generation, Set<UUID> stored) {
    Map<String, List<UUID>> byScope =
        vectors.keySet().stream()
            .filter(key -> stored.contains(key.id()))
            .collect(
                Collectors.groupingBy(
                    EmbedStore.Key::scopeKey,
                    Collectors.mapping(EmbedStore.Key::id, Collectors.toList())));
    tx.afterCommit(() ->
        byScope.forEach(
            (scope, ids) -> vectorEvents.fire(new VectorsChanged(scope, generation.id(), ids))));
  }
}
