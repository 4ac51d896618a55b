package io.perdura.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A regular expression of ECMAScript without flags, back-references and look-around, as {@code
 * $regex} takes it: finds a match anywhere, case-sensitively, over UTF-16 units.
 *
 * <p>All ways through the expression are followed at once, so time grows with the length of the
 * text times the size of the expression and never with the number of ways. Java's own engine
 * backtracks, and its syntax means other things in many places ({@code $}, {@code \v}, nested
 * classes).
 */
final class EcmaRegex {
  /** Instructions of one expression, repetitions written out. */
  private static final int MOST_INSTRUCTIONS = 4_000;

  /** Steps of one search, about 50 ms; a search that needs more finds nothing. */
  private static final int MOST_STEPS = 10_000_000;

  private final List<Instruction> program = new ArrayList<>();

  private EcmaRegex(RegexNode root) {
    emit(root);
    add(new Match());
  }

  /** One step of the program. */
  private sealed interface Instruction {}

  private record Take(CharRanges set) implements Instruction {}

  private record Check(RegexNode.Place place) implements Instruction {}

  private record Split(int first, int second) implements Instruction {}

  private record Match() implements Instruction {}

  /** Returns the compiled expression; empty when it is none, or far too large. */
  static Optional<EcmaRegex> compile(String pattern) {
    try {
      return Optional.of(new EcmaRegex(new RegexParser(pattern).parse()));
    } catch (RegexSyntaxException e) {
      return Optional.empty();
    }
  }

  private int add(Instruction instruction) {
    if (program.size() >= MOST_INSTRUCTIONS) {
      throw new RegexSyntaxException("too large");
    }
    program.add(instruction);
    return program.size() - 1;
  }

  private void emit(RegexNode node) {
    switch (node) {
      case RegexNode.One one -> add(new Take(one.set()));
      case RegexNode.At at -> add(new Check(at.place()));
      case RegexNode.Sequence sequence -> sequence.parts().forEach(this::emit);
      case RegexNode.Choice choice -> emitChoice(choice.alternatives());
      case RegexNode.Repeat repeat -> emitRepeat(repeat);
    }
  }

  private void emitChoice(List<RegexNode> alternatives) {
    List<Integer> jumps = new ArrayList<>();
    for (int i = 0; i < alternatives.size() - 1; i++) {
      int split = add(new Split(0, 0));
      emit(alternatives.get(i));
      jumps.add(add(new Split(0, 0)));
      program.set(split, new Split(split + 1, program.size()));
    }
    emit(alternatives.getLast());
    jumps.forEach(jump -> program.set(jump, new Split(program.size(), program.size())));
  }

  private void emitRepeat(RegexNode.Repeat repeat) {
    for (int i = 0; i < repeat.min(); i++) {
      emit(repeat.node());
    }
    if (repeat.max() == RegexNode.Repeat.UNBOUNDED) {
      int split = add(new Split(0, 0));
      emit(repeat.node());
      add(new Split(split, split));
      program.set(split, new Split(split + 1, program.size()));
      return;
    }
    List<Integer> splits = new ArrayList<>();
    for (int i = repeat.min(); i < repeat.max(); i++) {
      splits.add(add(new Split(0, 0)));
      emit(repeat.node());
    }
    splits.forEach(split -> program.set(split, new Split(split + 1, program.size())));
  }

  /** Tells whether the expression matches anywhere in {@code text}. */
  boolean find(String text) {
    return new Search(text).run();
  }

  /** One pass over a text. */
  private final class Search {
    private final String text;
    private final int[] stack = new int[2 * program.size() + 2];
    private int[] current = new int[program.size()];
    private int[] next = new int[program.size()];
    private int currentSize;
    private int nextSize;
    private final int[] seenAt = new int[program.size()];
    private boolean found;
    private int steps;

    Search(String text) {
      this.text = text;
    }

    boolean run() {
      for (int at = 0; !found && at <= text.length() && steps < MOST_STEPS; at++) {
        follow(0, at);
        int[] swap = current;
        current = next;
        currentSize = nextSize;
        next = swap;
        nextSize = 0;
        if (!found && at < text.length()) {
          step(text.charAt(at), at + 1);
        }
      }
      return found;
    }

    private void step(char c, int after) {
      for (int i = 0; i < currentSize && !found; i++) {
        int pc = current[i];
        steps++;
        if (((Take) program.get(pc)).set.contains(c)) {
          follow(pc + 1, after);
        }
      }
    }

    /** Adds what can be reached from {@code start} without taking a character. */
    private void follow(int start, int at) {
      int depth = 0;
      stack[depth++] = start;
      while (depth > 0) {
        int pc = stack[--depth];
        steps++;
        if (seenAt[pc] == at + 1) {
          continue;
        }
        seenAt[pc] = at + 1;
        switch (program.get(pc)) {
          case Take take -> next[nextSize++] = pc;
          case Check check -> {
            if (check.place.holds(text, at)) {
              stack[depth++] = pc + 1;
            }
          }
          case Split split -> {
            stack[depth++] = split.second;
            stack[depth++] = split.first;
          }
          case Match match -> found = true;
        }
      }
    }
  }
}
