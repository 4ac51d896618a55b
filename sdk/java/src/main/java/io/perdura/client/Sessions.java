package io.perdura.client;

import io.perdura.client.model.EventAnswer;
import io.perdura.client.model.EventRequest;
import io.perdura.client.model.ListSessionEventsParams;
import io.perdura.client.model.SessionAnswer;
import io.perdura.client.model.SessionEvent;
import io.perdura.client.model.SessionEvents;
import io.perdura.client.model.SessionRequest;

/** Sessions and their events. */
public final class Sessions {
  private final Perdura client;

  Sessions(Perdura client) {
    this.client = client;
  }

  /** Create a session; repeating it changes nothing: <code>createSession</code>. */
  public Call<SessionAnswer> create(SessionRequest request) {
    return client.call(Operation.CREATE_SESSION, SessionAnswer.class).body(request);
  }

  /** Append an event to a session, creating the session on demand: <code>appendEvent</code>. */
  public Call<EventAnswer> append(EventRequest request) {
    return client.call(Operation.APPEND_EVENT, EventAnswer.class).body(request);
  }

  /** Events of a session, newest first: <code>listSessionEvents</code>. */
  public Call<SessionEvents> events(String sessionId, ListSessionEventsParams params) {
    return client
        .call(Operation.LIST_SESSION_EVENTS, SessionEvents.class)
        .path("session_id", sessionId)
        .query(Json.properties(params));
  }

  /** All pages of {@link #events}. */
  public Paged<SessionEvent> allEvents(String sessionId, ListSessionEventsParams params) {
    return Pages.whileMore(
        Json.properties(params),
        query ->
            client
                .call(Operation.LIST_SESSION_EVENTS, SessionEvents.class)
                .path("session_id", sessionId)
                .query(query)
                .get(),
        SessionEvents::getEvents,
        page -> page.getPage().getHasMore());
  }
}
