package io.perdura.control;

/**
 * One answered request, as telemetry keeps it (contract, section 1.19).
 *
 * @param tenantId public tenant
 * @param scope public scope
 * @param endpoint write, recall or recall_text
 * @param latencyMs milliseconds from the first byte read to the answer written
 * @param apiKeyPrefix prefix of a managed key, null otherwise
 */
public record RequestSample(
    String tenantId,
    String scope,
    String endpoint,
    int statusCode,
    double latencyMs,
    String requestId,
    String apiKeyPrefix) {}
