package io.perdura.memory;

import io.perdura.kernel.Hashes;
import io.perdura.kernel.StableIds;
import io.perdura.kernel.TextRules;
import java.util.UUID;

/** An event that looks for its topic. */
final class TopicEvent {
  private static final int TITLE_LENGTH = 60;

  private final UUID id;
  private final String textSummary;
  private final Topic.Owner owner;
  private final String model;
  private final float[] vector;

  /** {@code textSummary} and {@code model}, the label of the vector, may be null. */
  TopicEvent(UUID id, String textSummary, Topic.Owner owner, String model, float[] vector) {
    this.id = id;
    this.textSummary = textSummary;
    this.owner = owner;
    this.model = model;
    this.vector = vector;
  }

  UUID id() {
    return id;
  }

  Topic.Owner owner() {
    return owner;
  }

  String model() {
    return model;
  }

  float[] vector() {
    return vector;
  }

  /** The text that a topic starting from this event is named after. */
  String seedText() {
    return textSummary == null || textSummary.isEmpty() ? "event:" + id : textSummary;
  }

  String seedTitle() {
    String text = seedText();
    return text.length() <= TITLE_LENGTH
        ? text
        : TextRules.wellFormed(text.substring(0, TITLE_LENGTH));
  }

  /** Id of the topic that starts from this event: the same whenever it does. */
  UUID topicId(String scopeKey) {
    return StableIds.uuid(scopeKey + ":topic:draft:" + Hashes.sha256Hex(seedText()) + ":" + id);
  }
}
