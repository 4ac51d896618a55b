package io.perdura.recall;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The day or month that a query names: {@code 2026-03-07}, {@code 7 March 2026}, {@code March 7,
 * 2026}, {@code March 2026}, {@code in March}. Days are taken as UTC's.
 *
 * @param year null when the query names a month of no particular year
 * @param month 1 to 12
 * @param day null when the query names a whole month
 */
record HybridDates(Integer year, int month, Integer day) {
  private static final List<String> MONTHS =
      List.of(
          "january",
          "february",
          "march",
          "april",
          "may",
          "june",
          "july",
          "august",
          "september",
          "october",
          "november",
          "december");
  private static final String MONTH = "(" + String.join("|", MONTHS) + ")";
  private static final String DAY = "(\\d{1,2})(?:st|nd|rd|th)?";

  private static final Pattern ISO = Pattern.compile("\\b(\\d{4})-(\\d{2})-(\\d{2})\\b");
  private static final Pattern DAY_MONTH_YEAR =
      Pattern.compile("\\b" + DAY + "\\s+(?:of\\s+)?" + MONTH + ",?\\s+(\\d{4})\\b");
  private static final Pattern MONTH_DAY_YEAR =
      Pattern.compile("\\b" + MONTH + "\\s+" + DAY + ",?\\s+(\\d{4})\\b");
  private static final Pattern MONTH_YEAR =
      Pattern.compile("\\b" + MONTH + ",?\\s+(?:of\\s+)?(\\d{4})\\b");
  private static final Pattern IN_MONTH =
      Pattern.compile(
          "\\b(?:in|last|this|since|during|on)\\s+" + MONTH + "(?:\\s+" + DAY + ")?\\b");

  /** Returns the first date that {@code query} names, empty when it names none. */
  static Optional<HybridDates> namedIn(String query) {
    String text = query.toLowerCase(Locale.ROOT);
    Matcher iso = ISO.matcher(text);
    if (iso.find()) {
      return checked(number(iso, 1), number(iso, 2), number(iso, 3));
    }
    Matcher dayFirst = DAY_MONTH_YEAR.matcher(text);
    if (dayFirst.find()) {
      return checked(number(dayFirst, 3), month(dayFirst, 2), number(dayFirst, 1));
    }
    Matcher monthFirst = MONTH_DAY_YEAR.matcher(text);
    if (monthFirst.find()) {
      return checked(number(monthFirst, 3), month(monthFirst, 1), number(monthFirst, 2));
    }
    Matcher wholeMonth = MONTH_YEAR.matcher(text);
    if (wholeMonth.find()) {
      return checked(number(wholeMonth, 2), month(wholeMonth, 1), null);
    }
    Matcher inMonth = IN_MONTH.matcher(text);
    if (inMonth.find()) {
      return checked(null, month(inMonth, 1), number(inMonth, 2));
    }
    return Optional.empty();
  }

  /** Tells whether {@code date} is the day, or lies in the month, that is named. */
  boolean covers(LocalDate date) {
    return (year == null || year == date.getYear())
        && month == date.getMonthValue()
        && (day == null || day == date.getDayOfMonth());
  }

  private static Optional<HybridDates> checked(Integer year, int month, Integer day) {
    try {
      YearMonth first = YearMonth.of(year == null ? 2000 : year, month);
      return day == null || first.isValidDay(day)
          ? Optional.of(new HybridDates(year, month, day))
          : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static int month(Matcher matcher, int group) {
    return MONTHS.indexOf(matcher.group(group)) + 1;
  }

  private static Integer number(Matcher matcher, int group) {
    return matcher.group(group) == null ? null : Integer.valueOf(matcher.group(group));
  }
}
