package io.perdura.kernel;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The two timestamp formats of the wire (contract, section 1.14). */
public final class Timestamps {
  private static final DateTimeFormatter ISO_MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

  private Timestamps() {}

  /** {@code 2026-02-24T10:11:12.123Z}. */
  public static String iso(Instant instant) {
    return ISO_MILLIS.format(instant);
  }

  /**
   * PostgreSQL's own text form in UTC: {@code 2026-02-24 10:11:12.123456+00}, trailing zeros of the
   * fraction removed.
   */
  public static String database(OffsetDateTime time) {
    OffsetDateTime utc = time.withOffsetSameInstant(ZoneOffset.UTC);
    int micros = utc.getNano() / 1000;
    StringBuilder out = new StringBuilder(32).append(SECONDS.format(utc));
    if (micros > 0) {
      String fraction = String.format(Locale.ROOT, "%06d", micros);
      out.append('.').append(fraction.replaceAll("0+$", ""));
    }
    return out.append("+00").toString();
  }
}
