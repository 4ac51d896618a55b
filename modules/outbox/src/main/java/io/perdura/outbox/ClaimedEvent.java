package io.perdura.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;

/**
 * An event that this worker holds under a lease.
 *
 * @param id row in the outbox
 * @param scope internal scope key
 * @param attempts how often the event was claimed, this time included
 * @param fence number of the claim; the outcome is stored only while the row still carries it
 */
public record ClaimedEvent(
    long id,
    String scope,
    UUID commitId,
    String eventType,
    JsonNode payload,
    int attempts,
    long fence) {}
