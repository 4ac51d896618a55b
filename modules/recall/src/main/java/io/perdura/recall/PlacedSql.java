package io.perdura.recall;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement whose parameters have names and may stand in it several times.
 *
 * @param text for the driver: a typed question mark at each place
 * @param parameters in the order of their places
 */
record PlacedSql<P>(String text, List<P> parameters) {
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  /**
   * Reads {@code {name}} as a parameter, whatever its case.
   *
   * @param before put in front as it is
   * @param named the parameter of a name in capitals
   * @param type the parameter's SQL type
   */
  static <P> PlacedSql<P> of(
      String before, String template, Function<String, P> named, Function<P, String> type) {
    Matcher places = PLACE.matcher(template);
    StringBuilder sql = new StringBuilder(template.length() + 500);
    List<P> parameters = new ArrayList<>();
    while (places.find()) {
      P parameter = named.apply(places.group(1).toUpperCase(Locale.ROOT));
      parameters.add(parameter);
      places.appendReplacement(sql, "?::" + type.apply(parameter));
    }
    return new PlacedSql<>(before + places.appendTail(sql), List.copyOf(parameters));
  }
}
