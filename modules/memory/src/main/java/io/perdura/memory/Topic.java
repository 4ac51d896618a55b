package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.UUID;

/** A topic that a run of clustering found or made, with the members it gains. */
final class Topic {
  private static final String MEMBER_COUNT = "member_count";
  private static final String STATE = "topic_state";

  final UUID id;
  final Owner owner;
  final ObjectNode slots;

  /** The event that a new topic starts from; null when the topic was stored before. */
  final TopicEvent seed;

  private float[] vector;
  private boolean touched;
  private boolean promoted;

  /** Who may see a node. */
  record Owner(String lane, String agentId, String teamId) {
    /**
     * A member never leaks into what others see: shared topics are for all, private for their
     * owner.
     */
    boolean mayJoin(Owner topic) {
      return topic.lane.equals("shared")
          || (lane.equals("private")
              && Objects.equals(agentId, topic.agentId)
              && Objects.equals(teamId, topic.teamId));
    }
  }

  Topic(UUID id, Owner owner, ObjectNode slots, float[] vector, TopicEvent seed) {
    this.id = id;
    this.owner = owner;
    this.slots = slots;
    this.vector = vector;
    this.seed = seed;
  }

  boolean isNew() {
    return seed != null;
  }

  /** True once it gained a member in this run: its stored vector is out of date then. */
  boolean isTouched() {
    return touched;
  }

  boolean isPromoted() {
    return promoted;
  }

  float[] vector() {
    return vector;
  }

  double similarity(float[] other) {
    return VectorColumn.cosine(vector, other);
  }

  /** Takes a member in: the vector is the running mean of all members. */
  void add(float[] member, int minEventsPerTopic, String now) {
    int count = memberCount();
    float[] mean = new float[member.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = count == 0 ? member[i] : (vector[i] * count + member[i]) / (count + 1);
    }
    vector = mean;
    touched = true;
    slots.put(MEMBER_COUNT, count + 1);
    slots.put("last_member_added_at", now);
    JsonNode state = slots.get(STATE);
    boolean draft = state != null && "draft".equals(state.textValue());
    if (draft && count + 1 >= minEventsPerTopic) {
      slots.put(STATE, "active");
      promoted = true;
    }
  }

  private int memberCount() {
    JsonNode count = slots.get(MEMBER_COUNT);
    return count != null && count.canConvertToInt() ? Math.max(0, count.intValue()) : 0;
  }
}
