package io.perdura.cli.config;

import io.perdura.cli.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a {@code .env} file: {@code NAME=value} lines, {@code #} comments, an optional leading
 * {@code export}.
 *
 * <p>A value may stand in single quotes (taken as it is) or double quotes ({@code \n}, {@code \"},
 * {@code \\} and {@code \$} are escapes). An unquoted value ends before {@code #} that follows a
 * blank. Nothing is expanded: {@code $NAME} stays as written.
 */
public final class EnvFile {
  private static final Pattern LINE =
      Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*?)\\s*");
  private static final Pattern QUOTED =
      Pattern.compile("(?:'([^']*)'|\"((?:[^\"\\\\]|\\\\.)*)\")\\s*(?:#.*)?");

  private EnvFile() {}

  /** Reads {@code file}; a missing file is an empty map. */
  public static Map<String, String> read(Path file) {
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      return parse(Files.readString(file), file.getFileName().toString());
    } catch (IOException e) {
      throw new Trouble("The file " + file + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /** Parses {@code text}; {@code name} appears in the complaint about a line that is not one. */
  static Map<String, String> parse(String text, String name) {
    Map<String, String> values = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new Trouble("Line " + number + " of " + name + " is not of the form NAME=value.");
      }
      values.put(matcher.group(1), value(matcher.group(2), number, name));
    }
    return values;
  }

  private static String value(String raw, int number, String name) {
    if (raw.startsWith("'") || raw.startsWith("\"")) {
      Matcher quoted = QUOTED.matcher(raw);
      if (!quoted.matches()) {
        throw new Trouble("Line " + number + " of " + name + " has an unbalanced quote.");
      }
      return quoted.group(1) != null ? quoted.group(1) : unescape(quoted.group(2));
    }
    if (raw.startsWith("#")) {
      return "";
    }
    int comment = raw.indexOf(" #");
    return comment < 0 ? raw : raw.substring(0, comment).stripTrailing();
  }

  private static String unescape(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        char next = text.charAt(++i);
        out.append(next == 'n' ? '\n' : next);
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
