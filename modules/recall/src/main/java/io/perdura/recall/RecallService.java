package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.embedding.QueryEmbedder;
import io.perdura.embedding.QueryVector;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.memory.Generation;
import io.perdura.memory.Generations;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Answers recalls: candidates, what surrounds them, activation, context (contract, section 5.5).
 * Two database round trips where vectors are searched in PostgreSQL, one where the index lives in
 * this process; one more when other arms than the vector arm are asked.
 */
@ApplicationScoped
public class RecallService {
  /** Candidates that a search is widened to while the seed filters leave too few. */
  private static final int MOST_CANDIDATES = 10_000;

  private static final int WIDER = 5;

  private final Settings settings;
  private final CandidateIndex index;
  private final Generations generations;
  private final QueryEmbedder embedder;
  private final RecallAudit audit;
  private final RecallMeter meter;
  private final NeighbourhoodStore store;
  private final DebugEmbeddings debugEmbeddings;
  private final HybridSeeds hybrid;
  private final Instance<RulesEvaluator> rules;
  private final Set<Arm> arms;

  /** For the container's proxy. */
  protected RecallService() {
    this.settings = null;
    this.index = null;
    this.generations = null;
    this.embedder = null;
    this.audit = null;
    this.meter = null;
    this.store = null;
    this.debugEmbeddings = null;
    this.hybrid = null;
    this.rules = null;
    this.arms = Set.of();
  }

  @Inject
  RecallService(
      Database database,
      Settings settings,
      CandidateIndex index,
      Generations generations,
      QueryEmbedder embedder,
      RecallAudit audit,
      RecallMeter meter,
      Instance<RulesEvaluator> rules) {
    this.settings = settings;
    this.index = index;
    this.generations = generations;
    this.embedder = embedder;
    this.audit = audit;
    this.meter = meter;
    this.store = new NeighbourhoodStore(database);
    this.debugEmbeddings = new DebugEmbeddings(database);
    this.hybrid = new HybridSeeds(database, settings);
    this.rules = rules;
    this.arms = Arm.parse(settings.get(RecallSettings.PERDURA_RECALL_ARMS));
  }

  /**
   * Answers {@code request}.
   *
   * @throws ApiException 400 for a vector of another dimension and for debug embeddings that are
   *     not allowed, the contract's codes when the query cannot be embedded, 503 when the database
   *     cannot be reached in time
   */
  public JsonNode recall(RecallRequest request, RecallOptions options) {
    Outcome outcome = new Outcome();
    outcome.inflightWaitMs = options.inflightWaitMs();
    outcome.adaptive = Adaptive.apply(request.knobs, options.inflightWaitMs(), settings);
    Generation generation = generation(request);
    boolean text = request.kind == RecallRequest.Kind.RECALL_TEXT;
    boolean fused = text && !arms.equals(Set.of(Arm.VECTOR));
    ArmReport asked = new ArmReport();
    float[] vector =
        text
            ? embed(request, generation, outcome, fused, asked)
            : QueryVectors.checked(request.queryEmbedding, generation.dimension());
    DebugEmbeddings.check(
        request.flags, options.debugEmbeddingsAllowed(), outcome.adaptive.knobs().limit());
    Search search = new Search(request, outcome, generation, vector);
    if (fused) {
      search.fuse(asked);
    } else {
      search.byVector();
    }
    search.rank();
    if (request.flags.returnDebug() && request.flags.includeEmbeddings() && !outcome.isEmpty()) {
      outcome.debugEmbeddings =
          outcome.timings.time(
              Timings.Stage.DEBUG_EMBEDDINGS,
              () -> debugEmbeddings.load(generation.id(), outcome.seeds));
    }
    if (request.rules.context() != null) {
      outcome.rules = outcome.timings.time(Timings.Stage.RULE_DEFS, () -> evaluateRules(request));
    }
    outcome.timings.time(
        Timings.Stage.AUDIT_INSERT,
        () -> {
          if (!options.leavesNoTrace()) {
            audit.record(request, outcome, queryHash(request, vector));
          }
          return null;
        });
    outcome.timings.ran().forEach((stage, nanos) -> meter.stage(stage.label(), nanos));
    return RecallAnswer.write(request, outcome);
  }

  private Generation generation(RecallRequest request) {
    int id = generations.serving(request.scope.key());
    return generations.find(id).orElseGet(generations::configuredGeneration);
  }

  /**
   * Returns the query's vector; null when the vector arm is off, or its provider is away and other
   * arms can answer.
   */
  private float[] embed(
      RecallRequest request,
      Generation generation,
      Outcome outcome,
      boolean fused,
      ArmReport asked) {
    if (fused && !arms.contains(Arm.VECTOR)) {
      return null;
    }
    try {
      QueryVector vector =
          embedder.embed(request.queryText, generation.model(), generation.dimension());
      outcome.embeddingProvider = vector.provider();
      return vector.values();
    } catch (ApiException e) {
      if (!fused || e.status() < 429) {
        throw e;
      }
      asked.unavailable(Arm.VECTOR, e.code());
      return null;
    }
  }

  private static Supplier<String> queryHash(RecallRequest request, float[] vector) {
    if (request.queryEmbedding != null) {
      return () -> QueryVectors.hash(request.queryEmbedding);
    }
    return () -> QueryVectors.hash(vector == null ? new float[0] : vector);
  }

  private ObjectNode evaluateRules(RecallRequest request) {
    if (rules.isResolvable()) {
      return rules.get().evaluate(request.scope, request.rules);
    }
    ObjectNode none = Jsons.object().put("scope", request.scope.scope());
    none.put("considered", 0).put("matched", 0).put("skipped_invalid_then", 0);
    none.putArray("invalid_then_sample");
    none.putArray("applied");
    return none;
  }

  /** One search: its state on the way from candidates to seeds. */
  private final class Search {
    private final RecallRequest request;
    private final Outcome outcome;
    private final Generation generation;
    private final float[] vector;
    private final Knobs knobs;

    Search(RecallRequest request, Outcome outcome, Generation generation, float[] vector) {
      this.request = request;
      this.outcome = outcome;
      this.generation = generation;
      this.vector = vector;
      this.knobs = outcome.adaptive.knobs();
    }

    /** The contract's pipeline: the nearest candidates that pass the seed filters. */
    void byVector() {
      int k = knobs.oversample();
      CandidateQuery query = query(k);
      Candidates candidates =
          outcome.timings.time(Timings.Stage.STAGE1_CANDIDATES_ANN, () -> nearest(query));
      seed(candidates);
      int first = outcome.seeds.size();
      boolean fallback = settings.get(RecallSettings.EXACT_FALLBACK_ON_EMPTY);
      boolean attempted = false;
      while (fallback
          && outcome.seeds.size() < knobs.limit()
          && candidates.found().size() >= k
          && k < MOST_CANDIDATES) {
        attempted = first == 0;
        k = Math.min(MOST_CANDIDATES, k * WIDER);
        CandidateQuery wider = query.exactly(k);
        candidates =
            outcome.timings.time(
                Timings.Stage.STAGE1_CANDIDATES_EXACT_FALLBACK, () -> nearest(wider));
        seed(candidates);
      }
      boolean tried = attempted || (fallback && first == 0);
      outcome.stage1 = new Stage1(first, outcome.seeds.size(), fallback, tried);
    }

    private void seed(Candidates candidates) {
      Map<UUID, Double> similarity = HashMap.newHashMap(candidates.found().size());
      List<UUID> ids = new ArrayList<>(candidates.found().size());
      for (Candidates.Candidate candidate : candidates.found()) {
        similarity.put(candidate.id(), candidate.similarity());
        ids.add(candidate.id());
      }
      load(ids, false);
      outcome.seeds = new ArrayList<>();
      for (UUID id : outcome.around.seedIds()) {
        outcome.seeds.add(new Seed(outcome.around.nodes().get(id), similarity.get(id), null));
      }
    }

    /** All arms together; the fused order decides which candidates become seeds. */
    void fuse(ArmReport asked) {
      long began = System.nanoTime();
      Candidates candidates =
          vector == null
              ? Candidates.NONE
              : outcome.timings.time(
                  Timings.Stage.STAGE1_CANDIDATES_ANN, () -> nearest(query(knobs.oversample())));
      long searched = System.nanoTime() - began;
      HybridSeeds.Result result =
          hybrid.find(
              new HybridQuery(
                  request.scope,
                  generation.id(),
                  request.queryText,
                  candidates.found(),
                  request.viewer,
                  knobs.limit()));
      outcome.roundTrips += result.roundTrips();
      outcome.arms = result.arms();
      outcome.arms.addAll(asked);
      if (vector != null) {
        outcome.arms.found(Arm.VECTOR, 0, searched);
      }
      Map<UUID, HybridSeed> hits = HashMap.newHashMap(result.seeds().size());
      List<UUID> ids = new ArrayList<>(result.seeds().size());
      for (HybridSeed hit : result.seeds()) {
        hits.put(hit.id(), hit);
        ids.add(hit.id());
      }
      load(ids, true);
      for (UUID id : outcome.around.seedIds()) {
        HybridSeed hit = hits.get(id);
        outcome.seeds.add(new Seed(outcome.around.nodes().get(id), hit.similarity(), hit));
      }
      int seeds = outcome.seeds.size();
      outcome.stage1 =
          new Stage1(
              candidates.found().size(),
              seeds,
              settings.get(RecallSettings.EXACT_FALLBACK_ON_EMPTY),
              false);
    }

    /** Stages 2c to 3. */
    void rank() {
      if (outcome.seeds.isEmpty()) {
        outcome.around = new Neighbourhood(List.of(), Map.of(), List.of());
        return;
      }
      outcome.ranking =
          outcome.timings.time(
              Timings.Stage.STAGE2_SPREAD,
              () -> Activation.spread(outcome.seeds, outcome.around, knobs.hops()));
      outcome.subgraph = Subgraph.select(outcome.seeds, outcome.ranking, outcome.around, knobs);
      outcome.context =
          outcome.timings.time(
              Timings.Stage.STAGE3_CONTEXT,
              () -> {
                outcome.picks = Picks.from(outcome.ranking, request.budget);
                return ContextText.render(outcome.picks, request.budget);
              });
    }

    private void load(List<UUID> ids, boolean unready) {
      if (ids.isEmpty()) {
        outcome.around = new Neighbourhood(List.of(), Map.of(), List.of());
        return;
      }
      outcome.around =
          outcome.timings.time(
              Timings.Stage.STAGE2_EDGES,
              () ->
                  store.load(
                      new NeighbourhoodStore.Wish(
                          request.scope.key(),
                          request.viewer,
                          ids,
                          unready,
                          knobs,
                          request.flags)));
      outcome.roundTrips++;
    }

    private Candidates nearest(CandidateQuery query) {
      outcome.roundTrips += index.engine().equals("pgvector") ? 1 : 0;
      return index.nearest(query);
    }

    private CandidateQuery query(int k) {
      return new CandidateQuery(
          generation.id(),
          generation.dimension(),
          request.scope.key(),
          vector,
          request.viewer,
          k,
          false);
    }
  }
}
