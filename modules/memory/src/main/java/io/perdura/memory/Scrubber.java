package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.Set;

/**
 * Takes erased nodes out of stored JSON documents: an entry of a list that names one by its id
 * loses everything but the fact, lists of ids lose it.
 */
final class Scrubber {
  private final Set<String> ids;
  private final Set<String> clientIds;

  /** Client ids may be any word, so they count only where a list of client ids is expected. */
  Scrubber(Set<String> ids, Set<String> clientIds) {
    this.ids = ids;
    this.clientIds = clientIds;
  }

  /** Returns a commit's diff without the erased nodes; the rest of the commit stays readable. */
  ObjectNode commit(JsonNode diff) {
    ObjectNode result = (ObjectNode) clean("", diff, true);
    if (result.has("reason")) {
      result.putNull("reason"); // free text of a call that concerned an erased node
    }
    return result;
  }

  /** Returns an event's payload without the erased nodes; null when nothing is left to do. */
  ObjectNode payload(JsonNode payload) {
    ObjectNode result = (ObjectNode) clean("", payload, false);
    boolean work = !result.path("nodes").isEmpty() || !result.path("event_ids").isEmpty();
    return work ? result : null;
  }

  private JsonNode clean(String key, JsonNode value, boolean marks) {
    if (value.isObject()) {
      ObjectNode copy = Jsons.object();
      value
          .properties()
          .forEach(
              entry -> copy.set(entry.getKey(), clean(entry.getKey(), entry.getValue(), marks)));
      return copy;
    }
    if (!value.isArray()) {
      return isErasedName(key, value) ? NullNode.getInstance() : value;
    }
    ArrayNode copy = Jsons.array();
    for (JsonNode item : value) {
      if (item.isObject() && namesErased(item)) {
        if (marks) {
          copy.addObject().put("erased", true);
        }
      } else if (!isErasedName(key, item)) {
        copy.add(clean("", item, marks));
      }
    }
    return copy;
  }

  private boolean isErasedName(String key, JsonNode item) {
    return item.isTextual()
        && (ids.contains(item.textValue())
            || (key.endsWith("client_ids") && clientIds.contains(item.textValue())));
  }

  private boolean namesErased(JsonNode object) {
    for (JsonNode value : object) {
      if (value.isTextual() && ids.contains(value.textValue())) {
        return true;
      }
    }
    return false;
  }
}
