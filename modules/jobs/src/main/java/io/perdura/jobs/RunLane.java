package io.perdura.jobs;

import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import java.util.TreeMap;

/**
 * Which runs of a job exclude each other. Of those that change data, two on one scope, or one on a
 * scope and one on all; of those that only look (or are a dry run), two with the same parameters.
 */
final class RunLane {
  private static final String EVERYTHING = "change *";

  /** Over rows {@code q} and {@code r} of job_runs. */
  static final String CONFLICT =
      """
      r.job = q.job and (r.lane = q.lane
           or r.lane = 'change *' and starts_with(q.lane, 'change ')
           or q.lane = 'change *' and starts_with(r.lane, 'change '))\
      """;

  private RunLane() {}

  static String of(JobDefinition job, JobParameters parameters) {
    if (!job.changesData() || parameters.flag("dry-run")) {
      String text = Jsons.text(Jsons.MAPPER.valueToTree(new TreeMap<>(parameters.values())));
      return "look " + Hashes.sha256Hex(text);
    }
    return parameters
        .text("scope")
        .map(scope -> "change " + parameters.text("tenant-id").orElse("") + "/" + scope)
        .orElse(EVERYTHING);
  }
}
