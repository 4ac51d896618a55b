package io.perdura.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.TextRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The identity fields of a request, wherever they travel: in a JSON body or in a query. */
public sealed interface IdentityFields {
  /** Returns every text sent for {@code field}; values of another type are left to validation. */
  List<String> values(String field);

  /** Tells whether {@code field} is missing or blank; a value of another type counts as present. */
  boolean isAbsent(String field);

  /** Replaces {@code field}. */
  void set(String field, String value);

  /** The identity fields of each node of a write. */
  default List<IdentityFields> nodes() {
    return List.of();
  }

  /** Where this object is in the request: empty, or the prefix of its fields in messages. */
  default String prefix() {
    return "";
  }

  /** The fields of a JSON body; changes go into {@code body}. */
  static IdentityFields of(ObjectNode body) {
    return new Body(body, "");
  }

  /** The fields of a query; changes go into {@code query}, which must be mutable. */
  static IdentityFields of(Map<String, List<String>> query) {
    return new Query(query);
  }

  /** Fields of a JSON object. */
  record Body(ObjectNode body, String prefix) implements IdentityFields {
    @Override
    public List<String> values(String field) {
      JsonNode value = body.get(field);
      return value != null && value.isTextual() ? List.of(value.textValue()) : List.of();
    }

    @Override
    public boolean isAbsent(String field) {
      JsonNode value = body.get(field);
      return value == null
          || (value.isTextual() && TextRules.trimToNull(value.textValue()) == null);
    }

    @Override
    public void set(String field, String value) {
      body.put(field, value);
    }

    @Override
    public List<IdentityFields> nodes() {
      JsonNode nodes = body.get("nodes");
      if (nodes == null || !nodes.isArray()) {
        return List.of();
      }
      List<IdentityFields> result = new ArrayList<>();
      for (int i = 0; i < nodes.size(); i++) {
        if (nodes.get(i) instanceof ObjectNode node) {
          result.add(new Body(node, "nodes." + i + "."));
        }
      }
      return result;
    }
  }

  /** Fields of a query. */
  record Query(Map<String, List<String>> query) implements IdentityFields {
    @Override
    public List<String> values(String field) {
      return query.getOrDefault(field, List.of());
    }

    @Override
    public boolean isAbsent(String field) {
      return values(field).stream().allMatch(value -> TextRules.trimToNull(value) == null);
    }

    @Override
    public void set(String field, String value) {
      query.put(field, List.of(value));
    }
  }
}
