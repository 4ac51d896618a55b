package io.perdura.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run measures. Each value comes from {@code --name value}, with defaults for a quick run.
 *
 * @param events sizes of the large tenant, one series each
 * @param dimensions vector dimensions, one series each
 * @param concurrencies closed-loop clients, each with a connection of its own
 * @param seconds length of one measured interval; warm-up is a third of it
 * @param rounds how often floors and service are measured in turn; their samples are pooled
 * @param reuse whether a database that an earlier run seeded is taken as it is
 */
record Options(
    List<Integer> events,
    List<Integer> dimensions,
    List<Integer> concurrencies,
    int seconds,
    int rounds,
    String databaseUrl,
    Path serverCommand,
    int port,
    Path floorDirectory,
    Path results,
    List<String> parts,
    int soakMinutes,
    boolean reuse) {

  private static final Map<String, String> DEFAULTS = defaults();

  private static Map<String, String> defaults() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("events", "10000");
    values.put("dims", "384");
    values.put("concurrency", "1,8");
    values.put("seconds", "10");
    values.put("rounds", "3");
    values.put("database", "");
    values.put("server", "./perdura");
    values.put("port", "4101");
    values.put("floor", "benchmarks/floor");
    values.put("results", "benchmarks/results");
    values.put("soak-minutes", "30");
    values.put("reuse", "false");
    values.put("parts", "recall,write,reference,quality,trips,start,outbox");
    return values;
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException naming the option that is unknown, lacks its value or cannot
   *     be read
   */
  static Options parse(String... arguments) {
    Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i].replaceFirst("^--", "");
      if (!values.containsKey(name)) {
        throw new IllegalArgumentException(
            "unknown option "
                + arguments[i]
                + "; known: --"
                + String.join(" --", DEFAULTS.keySet()));
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value");
      }
      values.put(name, arguments[i + 1]);
    }
    if (values.get("database").isBlank()) {
      throw new IllegalArgumentException("--database needs postgres://user:password@host:port/db");
    }
    return new Options(
        numbers(values, "events"),
        numbers(values, "dims"),
        numbers(values, "concurrency"),
        number(values, "seconds"),
        number(values, "rounds"),
        values.get("database"),
        Path.of(values.get("server")),
        number(values, "port"),
        Path.of(values.get("floor")),
        Path.of(values.get("results")),
        List.of(values.get("parts").split(",", -1)),
        number(values, "soak-minutes"),
        Boolean.parseBoolean(values.get("reuse")));
  }

  /** Returns the options with their defaults. */
  static String usage() {
    StringBuilder text =
        new StringBuilder("benchmarks/run [--name value]..., with these names and defaults:");
    DEFAULTS.forEach(
        (name, value) -> text.append("%n  --%-13s %s".formatted(name, value).stripTrailing()));
    return text.append(
            "\nMore parts: soak, overload, access, integrity. docs/performance.md says what each measures.")
        .toString();
  }

  boolean measures(String part) {
    return parts.contains(part);
  }

  private static List<Integer> numbers(Map<String, String> values, String name) {
    List<Integer> numbers = new ArrayList<>();
    for (String text : values.get(name).split(",", -1)) {
      numbers.add(positive(name, text));
    }
    return List.copyOf(numbers);
  }

  private static int number(Map<String, String> values, String name) {
    return positive(name, values.get(name));
  }

  private static int positive(String name, String text) {
    try {
      int number = Integer.parseInt(text.trim());
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, with the option's name
    }
    throw new IllegalArgumentException("--" + name + " takes positive whole numbers, not " + text);
  }
}
