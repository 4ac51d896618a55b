package io.perdura.integrity;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SQL in which {@code {name}} stands for a parameter. */
final class NamedSql {
  private static final Pattern NAME = Pattern.compile("\\{([a-z_]+)\\}");

  private NamedSql() {}

  /** Returns the statement with its values in it, for people and tools. */
  static String literal(String sql, Map<String, Object> values) {
    return NAME.matcher(sql)
        .replaceAll(found -> {
          Object value = values.get(found.group(1));
          String text =
              value instanceof Number
                  ? value.toString()
                  : "'" + value.toString().replace("'", "''") + "'";
          return Matcher.quoteReplacement(text);
        });
  }

  /**
   * Prepares a statement with its parameters.
   *
   * @throws IllegalArgumentException when a name has no value
   */
  static PreparedStatement prepare(Connection connection, String sql, Map<String, Object> values)
      throws SQLException {
    List<Object> bound = new ArrayList<>();
    Matcher matcher = NAME.matcher(sql);
    StringBuilder text = new StringBuilder(sql.length());
    while (matcher.find()) {
      Object value = values.get(matcher.group(1));
      if (value == null) {
        throw new IllegalArgumentException("no value for " + matcher.group());
      }
      bound.add(value);
      matcher.appendReplacement(text, "?");
    }
    matcher.appendTail(text);
    PreparedStatement statement = connection.prepareStatement(text.toString());
    for (int i = 0; i < bound.size(); i++) {
      statement.setObject(i + 1, bound.get(i));
    }
    return statement;
  }
}
