package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.EnumMap;
import java.util.Map;

/** What each arm of a hybrid recall contributed: {@code observability.arms}. */
final class ArmReport {
  private final Map<Arm, Line> lines = new EnumMap<>(Arm.class);

  private static final class Line {
    private int hits;
    private int seeds;
    private long nanos;
    private String unavailable;
  }

  /** Counts what an arm found and how long it took. */
  void found(Arm arm, int hits, long nanos) {
    Line line = line(arm);
    line.hits += hits;
    line.nanos += nanos;
  }

  /** Says that an arm could not be asked; {@code code} is a machine code. */
  void unavailable(Arm arm, String code) {
    line(arm).unavailable = code;
  }

  /** Counts a seed that an arm helped to find. */
  void contributed(Arm arm) {
    line(arm).seeds++;
  }

  /** Takes over what {@code other} says of arms that could not be asked. */
  void addAll(ArmReport other) {
    other.lines.forEach((arm, line) -> line(arm).unavailable = line.unavailable);
  }

  private Line line(Arm arm) {
    return lines.computeIfAbsent(arm, key -> new Line());
  }

  ObjectNode toJson() {
    ObjectNode json = Jsons.object();
    lines.forEach((arm, line) -> {
      ObjectNode entry = json.putObject(arm.label());
      entry.put("hits", line.hits).put("seeds", line.seeds);
      entry.set("ms", Figures.number(Figures.millis(line.nanos)));
      if (line.unavailable != null) {
        entry.put("unavailable", line.unavailable);
      }
    });
    return json;
  }
}
