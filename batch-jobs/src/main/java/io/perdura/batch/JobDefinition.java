package io.perdura.batch;

import io.perdura.outbox.ReplayRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * A job that an operator may start: its name is the name of its JSL.
 *
 * @param resumable an execution that was interrupted goes on from its checkpoint, on any worker
 * @param rule checks over several parameters; throws IllegalArgumentException
 */
record JobDefinition(
    String name,
    String purpose,
    boolean resumable,
    List<JobParameter> parameters,
    Consumer<Properties> rule) {
  static final String DRAIN = "outbox-drain";

  static final List<JobDefinition> ALL =
      List.of(
          new JobDefinition(
              "outbox-replay",
              "Puts dead events back into the queue: one of id, event-type and all-failed, and a reason.",
              false,
              List.of(
                  JobParameter.number("id", null, 1, Long.MAX_VALUE),
                  JobParameter.text("event-type"),
                  JobParameter.flag("all-failed"),
                  JobParameter.text("scope"),
                  JobParameter.number(
                      "limit",
                      Integer.toString(ReplayRequest.DEFAULT_LIMIT),
                      1,
                      ReplayRequest.MAX_LIMIT),
                  JobParameter.flag("dry-run"),
                  JobParameter.flag("include-published"),
                  JobParameter.text("reason")),
              OutboxReplayJob::request),
          new JobDefinition(
              "embedding-model-backfill",
              "Moves one scope, or all, to the configured embedding model.",
              true,
              List.of(JobParameter.text("scope"), JobParameter.number("page", "200", 1, 5_000)),
              parameters -> {}),
          new JobDefinition(
              "candidate-index-rebuild",
              "Builds the candidate index of this server anew.",
              false,
              List.of(),
              parameters -> {}),
          new JobDefinition(
              "erasure-ledger-replay",
              "Erases again whatever the ledger names: owed after a restore.",
              true,
              List.of(),
              parameters -> {}));

  static Optional<JobDefinition> named(String name) {
    return ALL.stream().filter(job -> job.name.equals(name)).findFirst();
  }

  /** Returns the names of the jobs that any worker can go on with. */
  static String[] resumableNames() {
    return ALL.stream()
        .filter(JobDefinition::resumable)
        .map(JobDefinition::name)
        .toArray(String[]::new);
  }

  /**
   * Returns the complete parameters of an execution that may have been started by other means than
   * ours; what we add ourselves is left out.
   *
   * @throws IllegalArgumentException naming every fault
   */
  Properties check(Properties given) {
    Map<String, String> named = new HashMap<>();
    for (String name : given.stringPropertyNames()) {
      if (!name.startsWith(JobRepository.OURS)) {
        named.put(name, given.getProperty(name));
      }
    }
    return check(named);
  }

  /**
   * Returns the complete parameters of an execution.
   *
   * @throws IllegalArgumentException naming every fault, unknown parameters among them
   */
  Properties check(Map<String, String> given) {
    List<String> faults = new ArrayList<>();
    Properties complete = new Properties();
    for (String name : given.keySet()) {
      if (parameters.stream().noneMatch(parameter -> parameter.name().equals(name))) {
        faults.add("unknown parameter " + name);
      }
    }
    for (JobParameter parameter : parameters) {
      String value = given.getOrDefault(parameter.name(), parameter.fallback());
      if (value != null) {
        String fault = parameter.fault(value);
        if (fault != null) {
          faults.add(fault);
        }
        complete.setProperty(parameter.name(), value);
      }
    }
    if (faults.isEmpty()) {
      rule.accept(complete);
      return complete;
    }
    throw new IllegalArgumentException(String.join("; ", faults));
  }
}
