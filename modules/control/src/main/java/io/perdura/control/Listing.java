package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * One page of entities under optional filters.
 *
 * @param type the entity
 * @param order JPQL of the order, over alias {@code r}; ends in something unique
 */
record Listing<T>(Class<T> type, String order, Map<String, Object> filters) {
  static <T> Listing<T> of(Class<T> type, String order) {
    return new Listing<>(type, order, new LinkedHashMap<>());
  }

  /** Keeps rows whose {@code attribute} is {@code value}; null keeps all. */
  Listing<T> where(String attribute, String value) {
    if (value != null) {
      filters.put(attribute, value);
    }
    return this;
  }

  /** Keeps rows whose {@code attribute} is one of {@code values}; null keeps all. */
  Listing<T> where(String attribute, Collection<String> values) {
    if (values != null) {
      filters.put(attribute, values);
    }
    return this;
  }

  /** Returns {@code {"ok": true, name: [..]}}, an empty list where there is no such table yet. */
  JsonNode page(Jpa jpa, String name, ListQuery page, Function<T, ObjectNode> row) {
    return MissingTables.orElse(
        () ->
            jpa.transaction(
                "list " + name.toLowerCase(Locale.ROOT), em -> page(em, name, page, row)),
        () -> {
          ObjectNode empty = Jsons.object().put("ok", true);
          empty.putArray(name);
          return empty;
        });
  }

  private JsonNode page(
      EntityManager em, String name, ListQuery page, Function<T, ObjectNode> row) {
    StringBuilder text = new StringBuilder("select r from " + type.getSimpleName() + " r");
    String glue = " where ";
    for (Map.Entry<String, Object> filter : filters.entrySet()) {
      String comparison = filter.getValue() instanceof Collection ? " in :" : " = :";
      text.append(glue).append("r.").append(filter.getKey());
      text.append(comparison).append(filter.getKey());
      glue = " and ";
    }
    TypedQuery<T> query = em.createQuery(text + " order by " + order, type);
    filters.forEach(query::setParameter);
    query.setMaxResults(page.limit()).setFirstResult(page.offset());
    ObjectNode body = Jsons.object().put("ok", true);
    ArrayNode rows = body.putArray(name);
    query.getResultList().forEach(entity -> rows.add(row.apply(entity)));
    return body;
  }
}
