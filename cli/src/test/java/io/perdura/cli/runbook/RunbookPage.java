package io.perdura.cli.runbook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of docs/runbooks. What stands between a mark and {@code <!-- end -->} is a program's;
 * every other line is written by hand and stays as it is.
 *
 * <pre>
 *   &lt;!-- record: job run salience-decay --dry-run --&gt;   what the command printed
 *   &lt;!-- parameters: salience-decay --&gt;                 the job's parameters
 *   &lt;!-- flags: health --&gt;                              the gate's flags
 * </pre>
 */
public final class RunbookPage {
  private static final Pattern MARK = Pattern.compile("<!-- (record|parameters|flags): (.*) -->");
  private static final String END = "<!-- end -->";

  private final Path file;
  private final List<String> lines;

  private RunbookPage(Path file, List<String> lines) {
    this.file = file;
    this.lines = lines;
  }

  /**
   * A marked block.
   *
   * @param kind {@code record}, {@code parameters} or {@code flags}
   * @param about the command or the name behind it
   * @param content what stands in it
   */
  public record Block(String kind, String about, List<String> content) {}

  /** Reads a page. */
  public static RunbookPage read(Path file) {
    try {
      return new RunbookPage(file, Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RunbookPage of(String... lines) {
    return new RunbookPage(Path.of("page.md"), List.of(lines));
  }

  /** Its marked blocks, in order. */
  public List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    rewritten(block -> {
      blocks.add(block);
      return Optional.empty();
    });
    return blocks;
  }

  /**
   * The lines of the page with other content in its blocks.
   *
   * @param content what a block is to have; empty leaves it as it is
   * @throws IllegalStateException when a block has no end
   */
  public List<String> rewritten(Function<Block, Optional<List<String>>> content) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      out.add(lines.get(i));
      Matcher mark = MARK.matcher(lines.get(i));
      if (!mark.matches()) {
        continue;
      }
      int end = i + 1;
      while (end < lines.size() && !lines.get(end).equals(END)) {
        if (MARK.matcher(lines.get(end)).matches()) {
          break;
        }
        end++;
      }
      if (end == lines.size() || !lines.get(end).equals(END)) {
        throw new IllegalStateException(file + ": the block at line " + (i + 1) + " has no end");
      }
      List<String> old = List.copyOf(lines.subList(i + 1, end));
      out.addAll(content.apply(new Block(mark.group(1), mark.group(2), old)).orElse(old));
      i = end - 1;
    }
    return out;
  }

  /** Writes the page with other content in its blocks. */
  void rewrite(Function<Block, Optional<List<String>>> content) {
    List<String> page = rewritten(content);
    try {
      Files.writeString(file, String.join("\n", page) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The whole text. */
  public String text() {
    return String.join("\n", lines);
  }
}
