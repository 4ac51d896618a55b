package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.cli.Versions;
import io.perdura.cli.evidence.EvidenceDirectory;
import io.perdura.kernel.Jsons;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes the steps of a gate in order and writes what came of it, whatever happens.
 *
 * <p>A step that throws, or does not end in its time, could not look: it is {@code not_proven}. The
 * kind of a step decides about both alike: of an advisory one neither a negative verdict nor a
 * failure to look fails the gate.
 */
final class GateEngine {
  private static final int SCHEMA_VERSION = 1;
  private static final int LONGEST_REASON = 400;

  /** Verdict of a run of some steps that found nothing wrong. */
  private static final String PARTIAL = "partial";

  private final Gate gate;
  private final GateRun run;
  private final boolean strictWarnings;
  private final Set<String> only;
  private final List<Taken> taken = new ArrayList<>();
  private String failedProbe;

  /** A step that was taken. */
  private record Taken(Step step, Outcome outcome, Instant began, long millis, String artifact) {}

  /**
   * A run of a gate.
   *
   * @param only the steps that are taken beside probes and what cleans up; empty = all of them. A
   *     run of some steps never passes: nobody has looked at the others.
   */
  GateEngine(Gate gate, GateRun run, boolean strictWarnings, Collection<String> only) {
    this.gate = gate;
    this.run = run;
    this.strictWarnings = strictWarnings;
    this.only = new TreeSet<>(only);
    List<String> names = gate.steps().stream().map(Step::name).toList();
    List<String> unknown = this.only.stream().filter(name -> !names.contains(name)).toList();
    if (!unknown.isEmpty()) {
      throw new Trouble(
          "The gate %s has no step %s; it has %s."
              .formatted(gate.name(), String.join(", ", unknown), String.join(", ", names)));
    }
  }

  /** Runs the gate and returns its summary, which is in the evidence already. */
  ObjectNode run() {
    Instant began = now();
    // A run that is killed leaves no verdict but this one.
    run.evidence.summarise(summary(began, "not_finished", List.of("run_not_finished"), List.of()));
    try {
      for (Step step : gate.steps()) {
        take(step);
      }
    } catch (Trouble trouble) {
      run.evidence.summarise(
          summary(began, "fail", List.of("gate_broke_off: " + trouble.getMessage()), List.of()));
      throw trouble;
    }
    List<String> failures = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    taken.forEach(one -> sort(one, failures, warnings));
    if (strictWarnings) {
      failures.addAll(warnings);
    }
    String verdict = failures.isEmpty() ? only.isEmpty() ? "pass" : PARTIAL : "fail";
    if (!only.isEmpty()) {
      failures.add("partial_run: only " + String.join(", ", only) + " was looked at");
    }
    ObjectNode summary = summary(began, verdict, failures, warnings);
    run.evidence.summarise(summary);
    return summary;
  }

  private void take(Step step) {
    run.console.begin(step.name());
    Instant began = now();
    long start = System.nanoTime();
    Outcome outcome =
        !isWanted(step)
            ? Outcome.skipped("--only names other steps")
            : failedProbe == null || step.always()
                ? look(step)
                : Outcome.notProven(null, "not_looked_at: " + failedProbe + " failed");
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    String artifact =
        outcome.output() == null
            ? null
            : run.evidence.write(
                String.format("%02d_%s.json", taken.size(), step.name()), outcome.output());
    taken.add(new Taken(step, outcome, began, millis, artifact));
    if (step.kind() == Step.Kind.PROBE && outcome.status().isNegative() && failedProbe == null) {
      failedProbe = step.name();
    }
    run.console.done(
        run.console.painted(outcome.status().label(), !outcome.status().isNegative())
            + (outcome.reasons().isEmpty() ? "" : ", " + String.join("; ", outcome.reasons())));
  }

  private boolean isWanted(Step step) {
    return only.isEmpty()
        || step.kind() == Step.Kind.PROBE
        || step.always()
        || only.contains(step.name());
  }

  private static Outcome look(Step step) {
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Future<Outcome> looking = executor.submit(step.look()::look);
      try {
        return looking.get(step.limit().toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        looking.cancel(true);
        return Outcome.notProven(null, "time_limit_exceeded: " + step.limit().toSeconds() + " s");
      }
    } catch (ExecutionException e) {
      return Outcome.notProven(null, "could_not_look: " + sentence(e.getCause()));
    } catch (InterruptedException | CancellationException e) {
      Thread.currentThread().interrupt();
      return Outcome.notProven(null, "interrupted");
    } finally {
      executor.shutdownNow();
    }
  }

  private static String sentence(Throwable failure) {
    String message = failure.getMessage();
    String text =
        message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    String line = text.replaceAll("\\s+", " ");
    return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "..." : line;
  }

  private static void sort(Taken one, List<String> failures, List<String> warnings) {
    Outcome outcome = one.outcome();
    boolean decides = one.step().kind() != Step.Kind.ADVISORY;
    if (outcome.status().isNegative()) {
      add(decides ? failures : warnings, one);
    } else if (outcome.status() == Status.WARN) {
      add(warnings, one);
    }
  }

  private static void add(List<String> reasons, Taken one) {
    if (one.outcome().reasons().isEmpty()) {
      reasons.add(one.step().name());
    }
    String mark = one.outcome().status() == Status.NOT_PROVEN ? " (not proven)" : "";
    one.outcome()
        .reasons()
        .forEach(reason -> reasons.add(one.step().name() + mark + ": " + reason));
  }

  private ObjectNode summary(
      Instant began, String verdict, List<String> failures, List<String> warnings) {
    ObjectNode summary = Jsons.object().put("schema_version", SCHEMA_VERSION);
    boolean pass = verdict.equals("pass");
    summary.put("gate", gate.name()).put("run_id", run.runId).put("ok", pass);
    summary.put("verdict", verdict).put("exit_code", pass ? 0 : 2);
    summary.put(PARTIAL, !only.isEmpty());
    if (gate.name().equals(GoLiveGateCommand.NAME)) {
      summary.put("decision", pass ? "go" : "no-go");
    }
    summary.put("started_at", began.toString()).put("finished_at", now().toString());
    summary.put("commit", run.release.commit());
    if (run.client != null) {
      ObjectNode target = summary.putObject("target").put("base_url", run.client.address());
      target.put("scope", run.scope).put("tenant_id", run.tenant);
    }
    summary.set("inputs", run.inputs.deepCopy());
    ObjectNode versions = run.versions.deepCopy();
    versions.put("perdura_cli", Versions.current()).put("java", Runtime.version().toString());
    summary.set("versions", versions);
    summary.set("thresholds", run.thresholds.deepCopy());
    summary.set("observed", run.observed.deepCopy());
    failures.forEach(summary.putArray("fail_reasons")::add);
    warnings.forEach(summary.putArray("warn_reasons")::add);
    ArrayNode absent = summary.putArray("absent");
    ArrayNode steps = summary.putArray("steps");
    for (Taken one : taken) {
      steps.add(describe(one));
      if (one.outcome().status() == Status.ABSENT) {
        absent.add(one.step().name() + ": " + String.join("; ", one.outcome().reasons()));
      }
    }
    ObjectNode artifacts = summary.putObject("artifacts");
    artifacts.put("out_dir", run.evidence.root().toString());
    artifacts.put(
        "summary_json", run.evidence.root().resolve(EvidenceDirectory.SUMMARY).toString());
    return summary;
  }

  private static ObjectNode describe(Taken one) {
    Outcome outcome = one.outcome();
    ObjectNode step = Jsons.object().put("name", one.step().name());
    step.put("kind", one.step().kind().label()).put("status", outcome.status().label());
    step.put("ok", !outcome.status().isNegative()).put("exit_code", outcome.status().exitCode());
    step.put("started_at", one.began().toString()).put("duration_ms", one.millis());
    step.put("artifact", one.artifact());
    outcome.reasons().forEach(step.putArray("reasons")::add);
    return step;
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }
}
