package io.perdura.cli.runbook;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Console;
import io.perdura.cli.config.Environment;
import io.perdura.cli.gate.GateCommand;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Runs the commands that the pages of docs/runbooks name, against the server of {@code perdura up},
 * and puts what they really print into the pages. docs/runbooks/record starts it.
 *
 * <p>Each job gets something to do first ({@link JobSeeds}). The machine's name and its directories
 * are replaced in the output, long lists and texts are cut with three dots; nothing else is
 * touched.
 */
public final class RunbookRecorder {
  /** Stands in the pages for the directory in which a recording works. */
  static final String PLACE = "/srv/perdura";

  private static final int COLUMNS = 118;
  private static final int SECONDS = 600;
  private static final Pattern WORD = Pattern.compile("(?:[^ \"]|\"[^\"]*\")+");
  private static final Pattern VARIABLE = Pattern.compile("\\$([a-z_]+)");

  private final Path home;
  private final Path work;
  private final SeededService service;
  private final JobSeeds seeds;
  private String last = "";

  private RunbookRecorder(Path home, Path work) {
    this.home = home;
    this.work = work;
    Console console = Console.standard();
    this.service = new SeededService(Environment.ofProcess(), console);
    this.seeds = new JobSeeds(service, work);
  }

  /**
   * Records pages.
   *
   * @param arguments the checkout, a directory to work in, and the pages
   */
  public static void main(String[] arguments) throws IOException {
    Path home = Path.of(arguments[0]).toAbsolutePath();
    RunbookRecorder recorder = new RunbookRecorder(home, Path.of(arguments[1]).toAbsolutePath());
    for (String page : List.of(arguments).subList(2, arguments.length)) {
      recorder.record(Path.of(page));
    }
  }

  private void record(Path file) throws IOException {
    RunbookPage page = RunbookPage.read(file);
    String name = file.getFileName().toString().replace(".md", "");
    boolean records = page.blocks().stream().anyMatch(block -> block.kind().equals("record"));
    if (records) {
      seeds.of(name);
    }
    page.rewrite(block ->
        Optional.of(
            switch (block.kind()) {
              case "parameters" -> table(RunbookTables.parameters(service.job(block.about())));
              case "flags" -> table(flags(block.about()));
              default -> run(block.about());
            }));
    System.out.println(file);
  }

  static List<String> table(List<String> rows) {
    List<String> lines = new ArrayList<>(List.of(""));
    lines.addAll(rows);
    lines.add("");
    return lines;
  }

  /** The commands of all gates, by name. */
  static Map<String, CommandSpec> gates() {
    Map<String, CommandSpec> gates = new TreeMap<>();
    new CommandLine(GateCommand.class, new Commands())
        .getSubcommands()
        .forEach((name, gate) -> gates.put(name, gate.getCommandSpec()));
    return gates;
  }

  static List<String> flags(String gate) {
    Map<String, CommandSpec> gates = gates();
    var common = RunbookTables.common(gates.values());
    if (gate.equals("all")) {
      CommandSpec any = gates.get("parity");
      List<String> rows = RunbookTables.flags(any, Set.of());
      rows.removeIf(row -> row.startsWith("| `--") && !common.contains(longest(row)));
      return rows;
    }
    Set<String> elsewhere = new TreeSet<>(common);
    if (gate.equals("go-live")) {
      gates.get("core").options().forEach(option -> elsewhere.add(option.longestName()));
    }
    return RunbookTables.flags(gates.get(gate), elsewhere);
  }

  private static String longest(String row) {
    Matcher flag = Pattern.compile("`(--[a-z-]+)").matcher(row);
    return flag.find() ? flag.group(1) : "";
  }

  /** Runs a command and returns the block that shows it. */
  private List<String> run(String command) {
    List<String> words = new ArrayList<>(List.of(home.resolve("perdura").toString()));
    for (Matcher word = WORD.matcher(command); word.find(); ) {
      words.add(meant(word.group().replace("\"", "")));
    }
    String written = shownCommand(command);
    Path out = work.resolve("stdout");
    Path err = work.resolve("stderr");
    try {
      ProcessBuilder builder = new ProcessBuilder(words).directory(work.toFile());
      builder.environment().put("COLUMNS", Integer.toString(COLUMNS));
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + ": not done after " + SECONDS + " s");
      }
      String printed = Files.readString(out);
      last = printed;
      List<String> lines = shown(command, printed, Files.readString(err), process.exitValue());
      List<String> block = new ArrayList<>(List.of("", "    $ perdura " + written));
      lines.forEach(line -> block.add(line.isEmpty() ? "" : "    " + line));
      block.add("");
      return block;
    } catch (IOException e) {
      throw new IllegalStateException(command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command, e);
    }
  }

  private List<String> shown(String command, String printed, String complaint, int status)
      throws IOException {
    List<String> lines = new ArrayList<>();
    JsonNode document = command.contains("--json") ? Jsons.MAPPER.readTree(printed) : null;
    if (document != null && !document.isMissingNode()) {
      lines.addAll(Shortened.lines(Shortened.document(document).toPrettyString().lines().toList()));
    } else {
      lines.addAll(Shortened.lines(printed.lines().toList()));
    }
    if (status == 1) {
      lines.addAll(Shortened.lines(complaint.lines().toList()));
    }
    if (status != 0) {
      lines.add("(exit status " + status + ")");
    }
    return lines.stream().map(this::anonymous).toList();
  }

  /** A word of a command with its variable, if it has one, taken from what was printed last. */
  private String meant(String word) {
    Matcher variable = VARIABLE.matcher(word);
    if (!variable.matches()) {
      return word.replace(PLACE, work.toString());
    }
    return value(variable.group(1));
  }

  private String value(String name) {
    if (name.equals("node")) {
      return service.node();
    }
    String spaced = name.replace("_", "[ _]");
    Matcher found = Pattern.compile(spaced + "\"?[ :]+\"?([A-Za-z0-9-]+)").matcher(last);
    if (!found.find()) {
      throw new IllegalStateException("nothing printed before has a " + name);
    }
    return found.group(1);
  }

  private String shownCommand(String command) {
    Matcher variable = VARIABLE.matcher(command);
    return anonymous(variable.replaceAll(one -> Matcher.quoteReplacement(value(one.group(1)))));
  }

  /** The line without what is this machine's alone. */
  private String anonymous(String line) {
    try {
      String host = InetAddress.getLocalHost().getHostName();
      return line.replace(work.toString(), PLACE)
          .replace(home + "/", "")
          .replace(service.node(), "server-1")
          .replace(host, "server-1");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes commands only to look at their options. */
  private static final class Commands implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      try {
        return type.getConstructor(Console.class).newInstance(Console.silent());
      } catch (NoSuchMethodException e) {
        return CommandLine.defaultFactory().create(type);
      }
    }
  }
}
