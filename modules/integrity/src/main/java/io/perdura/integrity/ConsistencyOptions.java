package io.perdura.integrity;

import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.util.List;

/**
 * What a consistency check is asked for.
 *
 * @param sample bad rows that a check tells at most
 * @param fast counts no further than the sample, which has no order
 * @param batchSize checks of a slice; 0 = all in one
 * @param batchIndex which slice
 * @param batches how the run divides itself
 * @param commits newest commits whose hashes are computed anew
 */
record ConsistencyOptions(
    ScopeKey scope,
    int sample,
    CheckSet set,
    boolean fast,
    int batchSize,
    int batchIndex,
    Batches batches,
    boolean strict,
    boolean strictWarnings,
    Tolerance tolerance,
    int commits) {
  private static final String STRICT_WARNINGS = "strict-warnings";
  private static final String BATCHES = "batches";

  /**
   * What is still well.
   *
   * @param pendingSeconds age that an event of the outbox may reach
   */
  record Tolerance(long deadLetters, long failedEmbeddings, long pendingSeconds) {}

  /**
   * Slices that one run makes of itself.
   *
   * @param count 1 = none: all checks see one snapshot
   * @param parallel how many of them at once
   */
  record Batches(int count, int parallel) {}

  static JobDefinition definition(Settings settings) {
    return new JobDefinition(
        "consistency-check",
        "Looks for rows that contradict each other, in one scope and across tenants.",
        false,
        List.of(
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number("sample", 20L, 1, 200, "Bad rows that a check shows at most."),
            JobParameter.choice("check-set", "all", CheckSet.LABELS, "Which checks to make."),
            JobParameter.choice(
                "mode",
                "full",
                List.of("full", "fast"),
                "full counts all bad rows; fast counts one more than the sample at most."),
            JobParameter.number(
                "batch-size", 0L, 0, 500, "Checks of a slice; 0 makes all in one run."),
            JobParameter.number(
                "batch-index", 0L, 0, 50_000, "Which slice, from 0; needs batch-size."),
            JobParameter.number(
                BATCHES,
                1L,
                1,
                64,
                "Slices that the run makes of itself and joins again; above 1 each has its own snapshot."),
            JobParameter.number("parallel", 2L, 1, 8, "Slices that are made at once."),
            JobParameter.flag("strict", "Whether errors fail the run."),
            JobParameter.flag(STRICT_WARNINGS, "Whether errors and warnings fail the run."),
            deadLetters(),
            failedEmbeddings(),
            pendingAge(),
            commitSample()),
        given -> {
          if (given.number("batch-index") > 0 && given.number("batch-size") == 0) {
            throw new IllegalArgumentException("batch-index needs a batch-size above 0");
          }
          if (given.number(BATCHES) > 1 && given.number("batch-size") > 0) {
            throw new IllegalArgumentException(
                "batches makes all slices and batch-size one of them: give one or the other");
          }
          ScopeParameters.check(settings).accept(given);
        });
  }

  static JobParameter deadLetters() {
    return JobParameter.number(
        "max-dead-letters", 0L, 0, 1_000_000_000, "Dead letters of the outbox that are tolerated.");
  }

  static JobParameter failedEmbeddings() {
    return JobParameter.number(
        "max-failed-embeddings",
        0L,
        0,
        1_000_000_000,
        "Nodes whose embedding failed for good that are tolerated.");
  }

  static JobParameter pendingAge() {
    return JobParameter.number(
        "max-pending-age-seconds",
        900L,
        1,
        31_536_000,
        "Age that an event of the outbox may reach before it is done.");
  }

  static JobParameter commitSample() {
    return JobParameter.number(
        "commit-sample",
        1_000L,
        0,
        1_000_000,
        "How many of the newest commits have their hashes computed anew.");
  }

  static ConsistencyOptions of(JobParameters given, Settings settings) {
    return new ConsistencyOptions(
        ScopeParameters.of(given, settings),
        (int) given.number("sample"),
        CheckSet.of(given.required("check-set")),
        given.required("mode").equals("fast"),
        (int) given.number("batch-size"),
        (int) given.number("batch-index"),
        new Batches((int) given.number(BATCHES), (int) given.number("parallel")),
        given.flag("strict"),
        given.flag(STRICT_WARNINGS),
        tolerance(given),
        (int) given.number("commit-sample"));
  }

  static Tolerance tolerance(JobParameters given) {
    return new Tolerance(
        given.number("max-dead-letters"),
        given.number("max-failed-embeddings"),
        given.number("max-pending-age-seconds"));
  }

  /** Whether the check with this number belongs to the slice that is asked for. */
  boolean hasInSlice(int ordinal) {
    return batchSize == 0 || ordinal / batchSize == batchIndex;
  }

  /** The same check of another slice. */
  ConsistencyOptions slice(int size, int index) {
    return new ConsistencyOptions(
        scope, sample, set, fast, size, index, batches, strict, strictWarnings, tolerance, commits);
  }
}
