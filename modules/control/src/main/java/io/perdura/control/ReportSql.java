package io.perdura.control;

import java.util.regex.Pattern;

/** What the statements of reports have in common. */
final class ReportSql {
  private static final Pattern ISO = Pattern.compile("\\biso\\(([a-z_.]+(?:\\(\\))?)\\)");

  private ReportSql() {}

  /** Writes out the shorthand {@code iso(column)}: the time as the wire shows it. */
  static String iso(String sql) {
    return ISO.matcher(sql)
        .replaceAll("to_char($1 at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
  }
}
