package io.perdura.sdk.behaviour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts the reports of the runners together.
 *
 * <p>Usage: {@code Report DIRECTORY [PAGE]}. Under DIRECTORY each server has a directory of its own
 * with {@code openapi.json} (what it serves) and {@code <language>.json} (what a runner reported).
 * Prints the matrix, and writes it into PAGE between its marks. Ends with 1 when a scenario failed
 * whose operations the server offers.
 */
public final class Report {
  static final String BEGIN = "<!-- matrix: written by sdk/run-suites --matrix -->";
  static final String END = "<!-- end of matrix -->";

  private final Map<String, Set<String>> operationsOfScenario;
  private final List<String> faults = new ArrayList<>();

  Report(String scenarios) {
    operationsOfScenario = new TreeMap<>();
    for (Object scenario : (List<?>) Json.read(scenarios)) {
      Map<?, ?> members = (Map<?, ?>) scenario;
      Set<String> operations = new HashSet<>();
      operations.add(operation(members.get("call")));
      if (members.get("before") instanceof List<?> before) {
        before.forEach(call -> operations.add(operation(call)));
      }
      operationsOfScenario.put(members.get("name").toString(), operations);
    }
  }

  private static String operation(Object call) {
    return String.valueOf(((Map<?, ?>) call).get("operation"));
  }

  public static void main(String[] arguments) throws IOException {
    Path here = Path.of(System.getProperty("perdura.scenarios", "sdk/behaviour/scenarios.json"));
    Report report = new Report(Files.readString(here));
    String matrix = report.matrix(Path.of(arguments[0]));
    System.out.println(matrix);
    report.faults.forEach(System.out::println);
    if (arguments.length > 1) {
      Path page = Path.of(arguments[1]);
      Files.writeString(page, inserted(Files.readString(page), matrix));
    }
    System.exit(report.faults.isEmpty() ? 0 : 1);
  }

  List<String> faults() {
    return faults;
  }

  /** A row for each client and server. */
  String matrix(Path directory) throws IOException {
    StringBuilder rows =
        new StringBuilder(
            "| client | server | scenarios passed | operations the server offers |\n| --- | --- | --- | --- |\n");
    try (var servers = Files.list(directory)) {
      for (Path server : servers.filter(Files::isDirectory).sorted().toList()) {
        rows(server, rows);
      }
    }
    return rows.toString();
  }

  private void rows(Path server, StringBuilder rows) throws IOException {
    Set<String> offered = offered(Files.readString(server.resolve("openapi.json")));
    try (var reports = Files.list(server)) {
      for (Path file : reports.sorted().toList()) {
        if (file.getFileName().toString().matches("(java|python|typescript)\\.json")) {
          rows.append(row((Map<?, ?>) Json.read(Files.readString(file)), offered)).append('\n');
        }
      }
    }
  }

  private static Set<String> offered(String document) {
    Set<String> operations = new HashSet<>();
    Map<?, ?> paths = (Map<?, ?>) ((Map<?, ?>) Json.read(document)).get("paths");
    for (Object methods : paths.values()) {
      for (Object operation : ((Map<?, ?>) methods).values()) {
        if (operation instanceof Map<?, ?> described && described.get("operationId") != null) {
          operations.add(described.get("operationId").toString());
        }
      }
    }
    return operations;
  }

  private String row(Map<?, ?> report, Set<String> offered) {
    String client = report.get("language") + " " + report.get("version");
    int passed = 0;
    int judged = 0;
    List<?> scenarios = (List<?>) report.get("scenarios");
    for (Object entry : scenarios) {
      Map<?, ?> scenario = (Map<?, ?>) entry;
      Set<String> needed = operationsOfScenario.get(String.valueOf(scenario.get("name")));
      if (needed != null && !offered.containsAll(needed)) {
        continue;
      }
      judged++;
      if (Boolean.TRUE.equals(scenario.get("passed"))) {
        passed++;
      } else {
        faults.add(
            client
                + ", server "
                + report.get("server_version")
                + ": "
                + scenario.get("name")
                + ": "
                + scenario.get("detail"));
      }
    }
    if (judged == 0) {
      faults.add(client + ", server " + report.get("server_version") + ": no scenario was judged");
    }
    List<?> known = (List<?>) report.get("operations");
    long common =
        known.stream().filter(operation -> offered.contains(String.valueOf(operation))).count();
    int missing = scenarios.size() - judged;
    return "| "
        + client
        + " | "
        + report.get("server_version")
        + " | "
        + passed
        + " of "
        + judged
        + (missing == 0 ? "" : ", " + missing + " ask for what it does not have")
        + " | "
        + common
        + " of "
        + known.size()
        + " |";
  }

  static String inserted(String page, String matrix) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException("the page has no marks for the matrix");
    }
    return page.substring(0, begin) + BEGIN + "\n" + matrix + page.substring(end);
  }
}
