package io.perdura.integrity;

import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.List;

/**
 * What a quality evaluation is asked for.
 *
 * @param graceSeconds age below which a node need not have its vector yet
 */
record QualityOptions(
    ScopeKey scope,
    double minReadyRatio,
    double maxAliasRate,
    double maxArchiveRatio,
    double minFreshRatio,
    boolean strict,
    long graceSeconds) {
  static final String MIN_READY = "min-ready-ratio";
  static final String MAX_ALIAS = "max-alias-rate";
  static final String MAX_ARCHIVE = "max-archive-ratio";
  static final String MIN_FRESH = "min-fresh-30d-ratio";
  static final String GRACE = "grace-seconds";

  static JobDefinition definition(Settings settings) {
    List<JobParameter> parameters =
        new ArrayList<>(List.of(ScopeParameters.scope(), ScopeParameters.tenant()));
    parameters.addAll(thresholds());
    parameters.add(JobParameter.flag("strict", "Whether a missed threshold fails the run."));
    return new JobDefinition(
        "quality-eval",
        "Measures how well a scope can be searched and how fresh it is.",
        false,
        parameters,
        ScopeParameters.check(settings));
  }

  static List<JobParameter> thresholds() {
    return List.of(
        JobParameter.ratio(
            MIN_READY, 0.8, 0, 1, "Least part of the embeddable nodes that have their vector."),
        JobParameter.ratio(
            MAX_ALIAS,
            0.3,
            0,
            1,
            "Greatest part of topics, concepts and entities that are aliases."),
        JobParameter.ratio(MAX_ARCHIVE, 0.95, 0, 1, "Greatest part of nodes in the archive."),
        JobParameter.ratio(
            MIN_FRESH, 0.2, 0, 1, "Least part of nodes made or used in the last 30 days."),
        JobParameter.number(
            GRACE, 900L, 0, 31_536_000, "Age below which a node need not have its vector yet."));
  }

  static QualityOptions of(JobParameters given, Settings settings) {
    return new QualityOptions(
        ScopeParameters.of(given, settings),
        given.ratio(MIN_READY),
        given.ratio(MAX_ALIAS),
        given.ratio(MAX_ARCHIVE),
        given.ratio(MIN_FRESH),
        given.flag("strict"),
        given.number(GRACE));
  }
}
