package io.perdura.jobs;

import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import java.util.TreeMap;

/**
 * Which runs of a job exclude each other. Of those that change data, two on one scope, or one on a
 * scope and one on all; of those that only look (or are a dry run), two with the same parameters.
 */
final class RunLane {
  private static final String CHANGE = "change ";
  private static final String EVERYTHING = CHANGE + "*";
  private static final String TENANT = "tenant:";
  private static final String MARK = "::scope:";

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
        .map(scope -> CHANGE + key(scope, parameters.text("tenant-id").orElse("")))
        .orElse(EVERYTHING);
  }

  /** One key for both notations of a scope: with its tenant apart, and as a whole. */
  private static String key(String scope, String tenant) {
    int mark = scope.indexOf(MARK);
    if (scope.startsWith(TENANT) && mark > 0) {
      return scope.substring(TENANT.length(), mark) + "/" + scope.substring(mark + MARK.length());
    }
    return (tenant.equals("default") ? "" : tenant) + "/" + scope;
  }
}
