package io.perdura.recall;

import io.perdura.kernel.EcmaNumbers;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;

/**
 * The context as text: sections of lines, cut to the budget from the least useful line on
 * (contract, section 5.6).
 *
 * <p>Of lines that are equally dispensable the last one goes first, so that the best ranked stay.
 * One line always stays; where it alone is longer than the budget its words are cut.
 */
final class ContextText {
  private static final int[] CITATIONS = {3, 2, 1};

  private final boolean aggressive;
  private final List<Section> sections = new ArrayList<>();
  private int length;
  private int lineCount;

  private ContextText(boolean aggressive) {
    this.aggressive = aggressive;
  }

  /**
   * A text within its budget.
   *
   * @param beforeChars length before any line was dropped
   * @param dropped lines dropped of topics, entities, events, rules
   * @param shortened true when words of the last line were cut
   */
  record Result(String text, int beforeChars, int[] dropped, boolean shortened) {
    int droppedLines() {
      return dropped[0] + dropped[1] + dropped[2] + dropped[3];
    }
  }

  static Result render(Picks picks, ContextBudget budget) {
    ContextText text = new ContextText(budget.aggressive());
    text.addTopics(picks.topics(), budget);
    text.addEntities(picks.entities());
    text.addEvents(picks.events());
    text.addRules(picks.rules());
    int before = text.length;
    int[] dropped = text.fit(budget.limit());
    String rendered = text.toText();
    boolean shortened = budget.limit() > 0 && rendered.length() > budget.limit();
    return new Result(
        shortened ? text.shortened(rendered, budget.limit()) : rendered,
        before,
        dropped,
        shortened);
  }

  private void addTopics(List<LoadedNode> topics, ContextBudget budget) {
    int citations = CITATIONS[aggressive ? 2 : budget.isCompact() ? 1 : 0];
    Section section = new Section("Topics / Concepts");
    for (LoadedNode topic : topics) {
      String rollup =
          topic.rollup == null
              ? ""
              : ", compression, covers=" + EcmaNumbers.format(topic.rollup.sourceEventCount());
      section.add(10, "- " + named(topic), " (node:" + topic.id + rollup + ")");
      if (topic.rollup != null) {
        topic.rollup.citedNodes().stream()
            .limit(citations)
            .forEach(id -> section.add(90, "", "  evidence_node=" + id));
      }
    }
    close(section);
  }

  private void addEntities(List<LoadedNode> entities) {
    Section section = new Section("Entities");
    for (LoadedNode entity : entities) {
      section.add(aggressive ? 60 : 50, "- " + named(entity), " (node:" + entity.id + ")");
    }
    close(section);
  }

  private void addEvents(List<LoadedNode> events) {
    Section section = new Section("Supporting Events / Evidence");
    for (LoadedNode event : events) {
      String refs =
          (isEmpty(event.rawRef) ? "" : ", raw_ref=" + event.rawRef)
              + (isEmpty(event.evidenceRef) ? "" : ", evidence_ref=" + event.evidenceRef);
      section.add(
          aggressive ? 150 : 110,
          "- " + (isEmpty(event.summary) ? "(no summary)" : event.summary),
          " (node:" + event.id + refs + ")");
    }
    close(section);
  }

  private void addRules(List<LoadedNode> rules) {
    Section section = new Section("Applicable Rules (Shadow/Active)");
    for (LoadedNode rule : rules) {
      String summary = isEmpty(rule.summary) ? "(none)" : rule.summary;
      section.add(
          aggressive ? 30 : 25,
          "- " + stateOf(rule.rule) + " summary=" + summary,
          " (node:" + rule.id + ")");
      if (!aggressive) {
        section.add(85, "", "  if=" + Jsons.text(rule.rule.ifJson()));
        section.add(85, "", "  then=" + Jsons.text(rule.rule.thenJson()));
      }
    }
    close(section);
  }

  private static String stateOf(LoadedNode.RuleDef rule) {
    String target = "";
    if (rule.ruleScope().equals("agent") && rule.targetAgentId() != null) {
      target = " target_agent=" + rule.targetAgentId();
    } else if (rule.ruleScope().equals("team") && rule.targetTeamId() != null) {
      target = " target_team=" + rule.targetTeamId();
    }
    return "state="
        + rule.state()
        + " scope="
        + rule.ruleScope()
        + target
        + " pos="
        + rule.positive()
        + " neg="
        + rule.negative();
  }

  private static String named(LoadedNode node) {
    return isEmpty(node.summary) ? node.label() : node.label() + ": " + node.summary;
  }

  private static boolean isEmpty(String text) {
    return text == null || text.isEmpty();
  }

  private void close(Section section) {
    if (!section.lines.isEmpty()) {
      length += section.length() + (lineCount == 0 ? 0 : 2);
      lineCount += section.lines.size();
    }
    sections.add(section);
  }

  /** Drops lines until the text is no longer than {@code limit} (0 = any length). */
  private int[] fit(int limit) {
    int[] dropped = new int[sections.size()];
    while (limit > 0 && length > limit && lineCount > 1) {
      int worst = 0;
      int at = -1;
      for (int i = 0; i < sections.size(); i++) {
        int last = sections.get(i).mostDispensable();
        if (last >= 0
            && (at < 0 || sections.get(i).priority(last) >= sections.get(worst).priority(at))) {
          worst = i;
          at = last;
        }
      }
      drop(sections.get(worst), at);
      dropped[worst]++;
    }
    return dropped;
  }

  private void drop(Section section, int at) {
    Line line = section.lines.remove(at);
    length -= line.length() + 1;
    lineCount--;
    if (section.lines.isEmpty()) {
      length -= section.title.length() + 2; // the heading, and the blank line that parted it
      length -= 2;
    }
  }

  private String toText() {
    StringBuilder out = new StringBuilder(length);
    for (Section section : sections) {
      if (!section.lines.isEmpty()) {
        if (!out.isEmpty()) {
          out.append("\n\n");
        }
        out.append("# ").append(section.title);
        for (Line line : section.lines) {
          out.append('\n').append(line.words).append(line.tail);
        }
      }
    }
    return out.toString();
  }

  /** The one line that is left keeps its reference and loses words. */
  private String shortened(String rendered, int limit) {
    for (Section section : sections) {
      for (Line line : section.lines) {
        int keep = line.words.length() - (rendered.length() - limit) - 1;
        return keep <= 2
            ? rendered
            : rendered.substring(0, rendered.length() - line.length())
                + line.words.substring(0, keep)
                + "…"
                + line.tail;
      }
    }
    return rendered;
  }

  /** A line: words that may be cut, and a reference that may not. */
  private record Line(int priority, String words, String tail) {
    int length() {
      return words.length() + tail.length();
    }
  }

  private static final class Section {
    private final String title;
    private final List<Line> lines = new ArrayList<>();

    private Section(String title) {
      this.title = title;
    }

    private void add(int priority, String words, String tail) {
      lines.add(new Line(priority, words, tail));
    }

    private int priority(int line) {
      return lines.get(line).priority;
    }

    private int length() {
      int sum = title.length() + 2;
      for (Line line : lines) {
        sum += line.length() + 1;
      }
      return sum;
    }

    /** The last of the lines with the highest priority for dropping, -1 when there is none. */
    private int mostDispensable() {
      int found = -1;
      for (int i = 0; i < lines.size(); i++) {
        if (found < 0 || lines.get(i).priority >= lines.get(found).priority) {
          found = i;
        }
      }
      return found;
    }
  }
}
