package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.EventOutcome;
import io.perdura.outbox.Outbox;
import io.perdura.outbox.OutboxHandler;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Hands open outbox events to the handlers of this module and stores their outcomes. */
final class Drain {
  private final MemoryKit kit;
  private final List<OutboxHandler> handlers;

  Drain(MemoryKit kit) {
    this.kit = kit;
    this.handlers =
        List.of(
            EmbedNodesHandler.of(
                kit.database, kit.settings, kit.embeddings, kit.generations, Outbox.detached()),
            TopicClusterHandler.of(kit.settings, kit.generations));
  }

  /** Runs until nothing is open, retries excepted; returns the outcomes in order. */
  List<EventOutcome> run() {
    List<EventOutcome> outcomes = new ArrayList<>();
    for (OutboxHandler handler : handlers) {
      List<ClaimedEvent> events = open(handler.eventType());
      if (!events.isEmpty()) {
        outcomes.addAll(handle(handler, events));
      }
    }
    return outcomes;
  }

  List<EventOutcome> handle(OutboxHandler handler, List<ClaimedEvent> events) {
    OutboxHandler.Prepared prepared = handler.prepare(events);
    return kit.database.transaction(
        "drain",
        tx -> {
          List<EventOutcome> outcomes = prepared.apply(tx);
          for (int i = 0; i < outcomes.size(); i++) {
            EventOutcome outcome = outcomes.get(i);
            String column = outcome instanceof EventOutcome.Dead ? "failed_at" : "published_at";
            try (PreparedStatement settle =
                tx.connection()
                    .prepareStatement(
                        "update memory_outbox set payload = payload || ?::jsonb, "
                            + column
                            + " = case when ? then null else now() end where id = ?")) {
              settle.setString(1, Jsons.text(outcome.payloadMerge()));
              settle.setBoolean(2, outcome instanceof EventOutcome.Retry);
              settle.setLong(3, events.get(i).id());
              settle.executeUpdate();
            }
          }
          return outcomes;
        });
  }

  List<ClaimedEvent> open(String eventType) {
    List<ClaimedEvent> events = new ArrayList<>();
    for (JsonNode row :
        kit.rows(
            "select id, scope, commit_id, payload from memory_outbox where event_type = '"
                + eventType
                + "' and published_at is null and failed_at is null order by id")) {
      events.add(
          new ClaimedEvent(
              row.get("id").longValue(),
              row.get("scope").textValue(),
              UUID.fromString(row.get("commit_id").textValue()),
              eventType,
              row.get("payload"),
              1,
              1));
    }
    return events;
  }

  OutboxHandler embedder() {
    return handlers.getFirst();
  }
}
