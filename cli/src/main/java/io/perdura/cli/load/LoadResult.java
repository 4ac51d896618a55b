package io.perdura.cli.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.Map;
import org.HdrHistogram.AbstractHistogram;

/**
 * What became of a load.
 *
 * @param offered calls a second that were to be made
 * @param calls that were counted
 * @param wallSeconds from the first of them to the last answer
 * @param mostLagMs by which the generator itself was late; a late generator proves nothing
 * @param statuses how often each status came, 0 = no answer
 * @param fromDue microseconds of successes from the moment at which they were due
 * @param fromStart microseconds of successes from the moment at which they were sent
 * @param refused microseconds of 429 and 503
 */
public record LoadResult(
    double offered,
    int calls,
    double wallSeconds,
    double mostLagMs,
    Map<Integer, Long> statuses,
    AbstractHistogram fromDue,
    AbstractHistogram fromStart,
    AbstractHistogram refused) {
  static final int TOO_MANY = 429;
  static final int UNAVAILABLE = 503;

  public LoadResult {
    statuses = Map.copyOf(statuses);
  }

  /** Calls that were answered with a success. */
  public long succeeded() {
    return fromDue.getTotalCount();
  }

  /** Calls that a limit turned away; they are neither successes nor errors. */
  public long limited() {
    return statuses.getOrDefault(TOO_MANY, 0L);
  }

  /** Calls that were let in and failed, or got no answer. */
  public long failed() {
    return calls - succeeded() - limited();
  }

  /** Failures among the calls that were let in; 1 when none was. */
  public double errorRate() {
    long admitted = calls - limited();
    return admitted == 0 ? 1 : (double) failed() / admitted;
  }

  /** A quantile of the successes in milliseconds, from the moment at which they were due. */
  public double millis(double quantile) {
    return fromDue.getValueAtPercentile(quantile * 100) / 1e3;
  }

  /** The figures, in the contract's names where it has them. */
  public ObjectNode describe(String name) {
    ObjectNode figures = Jsons.object().put("name", name).put("model", "open, constant arrival");
    figures.put("offered_per_second", offered).put("total", calls).put("ok", succeeded());
    figures.put("failed", failed()).put("rate_limited_429", limited());
    figures.put("error_rate", errorRate()).put("wall_seconds", rounded(wallSeconds));
    figures.put("rps", rounded(succeeded() / Math.max(1e-9, wallSeconds)));
    figures.put("generator_lag_ms_max", rounded(mostLagMs));
    ObjectNode byStatus = figures.putObject("by_status");
    statuses.forEach((status, count) ->
        byStatus.put(status == 0 ? "no_answer" : Integer.toString(status), count));
    quantiles(figures.putObject("latency_ms"), fromDue);
    quantiles(figures.putObject("service_time_ms"), fromStart);
    quantiles(figures.putObject("refusal_ms"), refused);
    return figures;
  }

  private static void quantiles(ObjectNode out, AbstractHistogram histogram) {
    if (histogram.getTotalCount() > 0) {
      out.put("min", histogram.getMinValue() / 1e3);
      for (int percentile : new int[] {50, 95, 99}) {
        out.put("p" + percentile, histogram.getValueAtPercentile(percentile) / 1e3);
      }
      out.put("max", histogram.getMaxValue() / 1e3).put("mean", rounded(histogram.getMean() / 1e3));
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 1e3) / 1e3;
  }
}
