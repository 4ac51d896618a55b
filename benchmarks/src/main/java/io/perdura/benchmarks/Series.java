package io.perdura.benchmarks;

/**
 * One operation at one size and concurrency, measured in three layers in the same run.
 *
 * @param sql floor (a): the pinned statement over plain JDBC
 * @param http floor (b): the same server parsing and answering bodies of the same size
 * @param service the operation itself
 * @param answerBytes size of one answer of the service, which floor (b) imitates
 */
record Series(
    String operation,
    int events,
    int dimension,
    int concurrency,
    int answerBytes,
    Measured sql,
    Measured http,
    Measured service) {

  /** Median of the service over the sum of the floors' medians; the aim at concurrency 1 is 1.3. */
  double medianRatio() {
    return service.p50() / (sql.p50() + http.p50());
  }

  /**
   * Throughput of the service over what both floors in a row would reach; the aim at concurrency 8
   * is 0.7.
   */
  double throughputRatio() {
    return service.perSecond() * (1 / sql.perSecond() + 1 / http.perSecond());
  }
}
