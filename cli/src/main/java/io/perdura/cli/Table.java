package io.perdura.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, as wide as their widest cell. */
public final class Table {
  private static final int WIDEST = 60;

  /** A last column that would be narrower than this is left to the terminal. */
  private static final int NARROWEST = 20;

  private final List<String[]> rows = new ArrayList<>();

  /** A table with a heading. */
  public Table(String... heading) {
    rows.add(heading.clone());
  }

  /** Adds a row of as many cells as the heading has. */
  public Table row(String... cells) {
    if (cells.length != rows.getFirst().length) {
      throw new IllegalArgumentException("a row of " + cells.length + " cells");
    }
    String[] row = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      String text = cells[i] == null ? "" : cells[i].replaceAll("[\\r\\n\\t]+", " ");
      boolean last = i == cells.length - 1;
      row[i] = last || text.length() <= WIDEST ? text : text.substring(0, WIDEST - 3) + "...";
    }
    rows.add(row);
    return this;
  }

  public boolean isEmpty() {
    return rows.size() == 1;
  }

  /** The lines of the table, however long. */
  public List<String> lines() {
    return lines(0);
  }

  /**
   * The lines of the table, the last column folded so that they fit.
   *
   * @param width characters that a line may have, 0 = any number
   */
  public List<String> lines(int width) {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    int before = 0;
    for (int i = 0; i < columns - 1; i++) {
      before += widths[i] + 2;
    }
    int room = width - before < NARROWEST ? Integer.MAX_VALUE : width - before;
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns - 1; i++) {
        line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
      }
      for (String part : folded(row[columns - 1], room)) {
        lines.add(line.append(part).toString().stripTrailing());
        line = new StringBuilder(" ".repeat(before));
      }
    }
    return lines;
  }

  /** A text in lines of at most {@code width} characters, broken at spaces where there are some. */
  public static List<String> folded(String text, int width) {
    List<String> parts = new ArrayList<>();
    String rest = text;
    while (rest.length() > width) {
      int space = rest.lastIndexOf(' ', width);
      int end = space <= 0 ? width : space;
      parts.add(rest.substring(0, end));
      rest = rest.substring(end).stripLeading();
    }
    parts.add(rest);
    return parts;
  }
}
