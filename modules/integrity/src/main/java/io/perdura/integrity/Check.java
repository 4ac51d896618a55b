package io.perdura.integrity;

/**
 * One check: what it looks at and when a row is bad.
 *
 * @param own false for the contract's own checks; true for those that only Perdura has
 * @param set the one set that it belongs to
 * @param condition holds for a bad row; never null and never an error, whatever the row holds
 * @param columns what a sample tells of a bad row
 * @param order which bad rows a sample has
 * @param count what is counted; by default the bad rows
 * @param allowed parameter with the number of bad rows up to which all is well; null = none is
 */
record Check(
    String name,
    Severity severity,
    boolean own,
    CheckSet set,
    Source source,
    String condition,
    String columns,
    String order,
    String count,
    String allowed) {

  private static Check of(
      Severity severity,
      String name,
      Source source,
      String condition,
      String columns,
      String order) {
    return new Check(
        name,
        severity,
        false,
        CheckSet.SCOPE,
        source,
        condition,
        columns,
        order,
        "count(*) filter (where " + condition + ")",
        null);
  }

  static Check error(String name, Source source, String condition, String columns, String order) {
    return of(Severity.ERROR, name, source, condition, columns, order);
  }

  static Check warning(String name, Source source, String condition, String columns, String order) {
    return of(Severity.WARNING, name, source, condition, columns, order);
  }

  /** Whether its sample is told even when all is well. */
  boolean isAlwaysSampled() {
    return source.equals(RuleChecks.CONSTRAINT);
  }

  /** Whether the first bad rows tell all there is to know in fast mode. */
  boolean mayStopEarly() {
    return countsRows() && allowed == null;
  }

  /** Whether its figure is the number of bad rows. */
  boolean countsRows() {
    return count.startsWith("count(*) filter");
  }

  /** The same check as one that only Perdura has. */
  Check asOwn() {
    return new Check(name, severity, true, set, source, condition, columns, order, count, allowed);
  }

  /** The same check over all tenants. */
  Check acrossTenants() {
    return new Check(
        name,
        severity,
        own,
        CheckSet.CROSS_TENANT,
        source,
        condition,
        columns,
        order,
        count,
        allowed);
  }

  /** The same check with another figure than the number of bad rows. */
  Check counting(String expression) {
    return new Check(
        name, severity, own, set, source, condition, columns, order, expression, allowed);
  }

  /** The same check that allows some bad rows. */
  Check allowing(String parameter) {
    return new Check(name, severity, own, set, source, condition, columns, order, count, parameter);
  }

  Check withSeverity(Severity other) {
    return new Check(name, other, own, set, source, condition, columns, order, count, allowed);
  }
}
