package io.perdura.cli.runbook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * What each page's commands find, so that they have something to do. Each has a scope of its own.
 */
final class JobSeeds {
  private static final String WRITE = "/v1/memory/write";

  private final SeededService service;
  private final Map<String, Runnable> seeds = new TreeMap<>();

  JobSeeds(SeededService service, Path work) {
    this.service = service;
    ControlSeeds control = new ControlSeeds(service, work);
    RuleSeeds rules = new RuleSeeds(service);
    control.addTo(seeds);
    rules.addTo(seeds);
    seeds.put("consistency-check", this::soundAndDamaged);
    seeds.put("health-gate", this::soundAndDamaged);
    seeds.put("quality-eval", this::soundAndDamaged);
    seeds.put("salience-decay", this::fading);
    seeds.put(
        "topic-cluster",
        () -> events("meetings", 6, "The weekly planning meeting was moved to Thursday.", false));
    seeds.put(
        "compression-rollup",
        () -> events("backups", 6, "The nightly backup of the orders database finished.", true));
    seeds.put("consolidation-candidates", () -> duplicates("places"));
    seeds.put("consolidation-apply", () -> duplicates("towns"));
    seeds.put(
        "consolidation-redirect-edges",
        () -> {
          duplicates("rivers");
          service.ran("consolidation-apply", "{'scope':'rivers','apply':'true'}");
        });
    seeds.put("consolidation-health-slo", () -> duplicates("lakes"));
    seeds.put("consolidation-replay-determinism", () -> duplicates("hills"));
    seeds.put("embedding-untracked-repair", this::untracked);
    seeds.put("embedding-model-backfill", this::unlabelled);
    seeds.put("embedding-generation-backfill", this::soundAndDamaged);
    seeds.put("probe-cleanup", this::leftBehind);
    seeds.put("private-lane-owner-backfill", () -> unowned("inherited"));
    seeds.put("private-rule-owner-backfill", () -> unowned("inherited-rules"));
    seeds.put("outbox-replay", this::deadLetters);
    seeds.put("erasure-ledger-replay", this::erased);
    seeds.put("scope-purge", () -> events("trial", 3, "A trial sentence.", false));
    seeds.put("candidate-index-rebuild", this::soundAndDamaged);
    for (String gate : new String[] {"health", "core", "perf", "go-live", "preflight"}) {
      seeds.put("gate-" + gate, () -> notes("default"));
    }
  }

  /** Seeds what the page of that name needs; nothing where it needs nothing. */
  void of(String page) {
    seeds.getOrDefault(page, () -> {}).run();
  }

  private boolean isNew(String scope) {
    return service.value("select 1 from memory_nodes where scope = '" + scope + "' limit 1")
        == null;
  }

  private void write(String scope, boolean cluster, boolean embed, String nodes, String edges) {
    service.post(
        WRITE,
        "{'scope':'%s','memory_lane':'shared','input_text':'x','trigger_topic_cluster':%s,'auto_embed':%s,'nodes':[%s],'edges':[%s]}"
            .formatted(scope, cluster, embed, nodes, edges));
  }

  private void events(String scope, int count, String text, boolean cluster) {
    if (!isNew(scope)) {
      return;
    }
    StringBuilder nodes = new StringBuilder();
    for (int i = 0; i < count; i++) {
      nodes
          .append(i == 0 ? "" : ",")
          .append("{'type':'event','client_id':'e%d','text_summary':'%s'}".formatted(i, text));
    }
    write(scope, cluster, true, nodes.toString(), "");
    service.drained();
  }

  /** Sentences that differ, old enough to be judged by. */
  private void notes(String scope) {
    if (!isNew(scope)) {
      return;
    }
    StringBuilder nodes = new StringBuilder();
    String[] texts = {
      "The customer in Lyon wants invoices by post.",
      "Deployments are frozen in the last week of the year.",
      "The billing service listens on port 7400.",
      "Ann prefers short summaries.",
      "The warehouse in Ghent closes at six."
    };
    for (int i = 0; i < texts.length; i++) {
      nodes
          .append(i == 0 ? "" : ",")
          .append("{'type':'event','client_id':'n%d','text_summary':'%s'}".formatted(i, texts[i]));
    }
    write(scope, false, true, nodes.toString(), "");
    service.drained();
    service.sql(
        "update memory_nodes set created_at = now() - interval '2 hours' where scope = '"
            + scope
            + "'");
  }

  private void soundAndDamaged() {
    notes("notes");
    if (isNew("damaged")) {
      notes("damaged");
      service.sql(
          "update memory_nodes set slots = jsonb_build_object('alias_of', gen_random_uuid())"
              + " where scope = 'damaged' and client_id in ('n1', 'n2')",
          "update memory_nodes set salience = 7 where scope = 'damaged' and client_id = 'n3'");
    }
  }

  private void fading() {
    notes("fading");
    service.sql(
        "update memory_nodes set salience = 0.3, decayed_at = now() - interval '20 days',"
            + " created_at = now() - interval '60 days', last_activated = null where scope = 'fading'");
  }

  private void duplicates(String scope) {
    if (!isNew(scope)) {
      return;
    }
    StringBuilder nodes = new StringBuilder();
    StringBuilder edges = new StringBuilder();
    String[] names = {"Lake Garda", "Lake Como"};
    for (int i = 0; i < names.length; i++) {
      for (int copy = 0; copy < 2; copy++) {
        String id = "d" + i + copy;
        nodes.append(
            "{'type':'entity','client_id':'%s','title':'%s','text_summary':'%s in northern Italy'},"
                .formatted(id, names[i], names[i]));
        edges
            .append(edges.isEmpty() ? "" : ",")
            .append(
                "{'type':'related_to','src':{'client_id':'visit'},'dst':{'client_id':'%s'}}"
                    .formatted(id));
      }
    }
    nodes.append(
        "{'type':'event','client_id':'visit','text_summary':'The team met at both lakes in May.'}");
    write(scope, false, true, nodes.toString(), edges.toString());
    service.drained();
  }

  private void untracked() {
    if (!isNew("imported")) {
      return;
    }
    write(
        "imported",
        false,
        false,
        "{'type':'event','client_id':'u1','text_summary':'Imported without a vector.'},"
            + "{'type':'entity','client_id':'u2','title':'Bremen office'}",
        "");
    service.sql(
        "update memory_nodes set created_at = now() - interval '1 hour' where scope = 'imported'");
  }

  private void unlabelled() {
    notes("legacy");
    service.sql(
        "update memory_nodes set embedding_model = 'unknown:imported' where scope = 'legacy'");
  }

  /** What a gate that was killed two days ago left. */
  private void leftBehind() {
    events("perdura-probe-perf-20261119T030500Z-a1b2", 3, "A sentence of a probe.", false);
    service.sql(
        "update memory_commits set created_at = created_at - interval '2 days' where scope like 'perdura-probe-%'");
  }

  private void unowned(String scope) {
    if (!isNew(scope)) {
      return;
    }
    service.post(
        WRITE,
        "{'scope':'"
            + scope
            + "','input_text':'x','auto_embed':false,'nodes':["
            + "{'type':'event','client_id':'p1','text_summary':'Nobody says whose this is.'},"
            + "{'type':'event','client_id':'p2','producer_agent_id':'ann','text_summary':'Ann wrote this.'},"
            + "{'type':'rule','client_id':'r1','owner_agent_id':'ann','slots':{'if':{},'then':{}}}]}");
    service.sql(
        "update memory_nodes set owner_agent_id = null where scope = '"
            + scope
            + "' and type <> 'rule'",
        "update memory_nodes set owner_agent_id = ' ' where scope = '"
            + scope
            + "' and type = 'rule'");
  }

  private void deadLetters() {
    events("letters", 3, "A sentence whose embedding was given up.", false);
    service.sql(
        "update memory_outbox set published_at = null, failed_at = now(), failed_reason = 'max_attempts_exceeded',"
            + " attempts = 25, last_error = 'provider answered 503' where scope = 'letters'");
  }

  private void erased() {
    events("old-project", 2, "Something to forget.", false);
    service.post("/v1/admin/erase/scope", "{'scope':'old-project'}");
  }

  /** A signed bundle of evidence, as incidents are published. */
  static void bundle(Path directory, String key) {
    try {
      Files.createDirectories(directory);
      byte[] log = "14:02 worker stopped, 14:05 worker started\n".getBytes(StandardCharsets.UTF_8);
      Files.write(directory.resolve("timeline.txt"), log);
      ObjectNode index = Jsons.object();
      index
          .putArray("files")
          .addObject()
          .put("path", "timeline.txt")
          .put("sha256", Digests.sha256(log))
          .put("size_bytes", log.length);
      byte[] text = Jsons.text((JsonNode) index).getBytes(StandardCharsets.UTF_8);
      Files.write(directory.resolve("evidence_index.json"), text);
      Files.writeString(
          directory.resolve("evidence_index.sig.json"),
          Jsons.text(Jsons.object().put("signature_hex", Digests.hmac(text, key))));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static void append(Path file, String text) {
    try {
      Files.writeString(file, text, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
