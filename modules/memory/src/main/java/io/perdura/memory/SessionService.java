package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.UUID;

/** Sessions and their events, which are topics, events and part_of edges (contract, section 6). */
@ApplicationScoped
public class SessionService {
  private final Database database;
  private final WriteService writes;

  @Inject
  SessionService(Database database, WriteService writes) {
    this.database = database;
    this.writes = writes;
  }

  protected SessionService() {
    this(null, null);
  }

  /** A service without container, for tests and tools. */
  public static SessionService of(Database database, WriteService writes) {
    return new SessionService(database, writes);
  }

  /**
   * Creates a session, or returns the one that exists: its title and summary stay as they are.
   *
   * @throws ApiException 400 for a mistake in the request
   */
  public Once.Answer create(SessionRequest request, Once once) {
    return writes.execute(
        request.toWrite(),
        once,
        result -> {
          UUID sessionNode = SessionNames.node(request.scope.key(), request.sessionId);
          ObjectNode answer =
              scope(request.scope)
                  .put("session_id", request.sessionId)
                  .put("session_node_id", sessionNode.toString())
                  .put("session_uri", uri(request.scope, "topic", sessionNode));
          return commit(answer, result);
        });
  }

  /**
   * Appends an event to a session, which is created on demand.
   *
   * @throws ApiException 400 for a mistake in the request, 403 {@code session_owner_mismatch} when
   *     the session is somebody else's
   */
  public Once.Answer append(EventRequest request, Once once) {
    return database.once(once, "append event", tx -> append(tx, request));
  }

  private JsonNode append(Tx tx, EventRequest request) throws SQLException {
    SessionStore store = new SessionStore(tx.connection(), request.scope);
    SessionStore.Session session = store.find(request.sessionId);
    WriteRequest write = request.toWrite(owner(request, session));
    WriteFacts facts = new WriteFacts();
    if (session != null) {
      facts.nodes.put(session.node().id(), session.node());
    }
    WriteResult result = writes.writeIn(tx, write, facts);
    if (session == null && result.isRaced()) {
      // Somebody created the session meanwhile; whose it is decides over this event.
      throw new SQLException("the session appeared while an event was appended", "40001");
    }
    return answer(request, result);
  }

  private static SessionFields.Owner owner(EventRequest request, SessionStore.Session session) {
    SessionFields.Owner asked = request.fields.owner();
    if (session == null) {
      return asked.withLane();
    }
    if (session.lane().equals("private") && !mayAppend(request, session)) {
      throw new ApiException(
          403, "session_owner_mismatch", "the session is private and belongs to somebody else");
    }
    return new SessionFields.Owner(
        session.lane(),
        asked.producerAgentId(),
        session.ownerAgentId() == null ? asked.agentId() : session.ownerAgentId(),
        session.ownerTeamId() == null ? asked.teamId() : session.ownerTeamId());
  }

  private static boolean mayAppend(EventRequest request, SessionStore.Session session) {
    String agent = request.writerAgentId();
    String team = request.fields.ownerTeamId;
    return (agent != null && agent.equals(session.ownerAgentId()))
        || (team != null && team.equals(session.ownerTeamId()));
  }

  private static ObjectNode answer(EventRequest request, WriteResult result) {
    String scopeKey = request.scope.key();
    UUID sessionNode = SessionNames.node(scopeKey, request.sessionId);
    UUID eventNode =
        PreparedNode.nodeId(scopeKey, SessionNames.event(request.sessionId, request.eventId));
    ObjectNode answer =
        scope(request.scope)
            .put("session_id", request.sessionId)
            .put("event_id", request.eventId)
            .put("event_node_id", eventNode.toString())
            .put("session_node_id", sessionNode.toString())
            .put("event_uri", uri(request.scope, "event", eventNode))
            .put("session_uri", uri(request.scope, "topic", sessionNode));
    return commit(answer, result);
  }

  /** Returns one page of a session's events, newest first, as far as the viewer sees them. */
  public JsonNode events(SessionEventsRequest request) {
    return database.read(
        "session events",
        connection -> new SessionStore(connection, request.scope).events(request));
  }

  private static ObjectNode scope(ScopeKey scope) {
    return Jsons.object().put("tenant_id", scope.tenant().value()).put("scope", scope.scope());
  }

  private static ObjectNode commit(ObjectNode answer, WriteResult result) {
    answer.put("commit_id", result.commitId().toString()).put("commit_hash", result.commitHash());
    answer.set("nodes", result.nodes());
    answer.set("edges", result.edges());
    answer.set("embedding_backfill", result.embeddingBackfill());
    return answer;
  }

  private static String uri(ScopeKey scope, String type, UUID id) {
    return FindService.uri(scope, type, id.toString());
  }
}
