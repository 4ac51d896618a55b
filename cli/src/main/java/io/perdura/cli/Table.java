package io.perdura.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, as wide as their widest cell. */
public final class Table {
  private static final int WIDEST = 60;

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

  /** The lines of the table. */
  public List<String> lines() {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns - 1; i++) {
        line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
      }
      lines.add(line.append(row[columns - 1]).toString().stripTrailing());
    }
    return lines;
  }
}
