package io.perdura.kernel;

/**
 * One row of the audit trail before it is linked.
 *
 * @param chain the chain it belongs to
 * @param key the text that {@code entry} begins with and no other row's entry does
 * @param entry what is hashed, byte for byte
 * @param personal who called; covered by a digest in {@code entry}, so that it can be erased
 */
public record AuditRow(String chain, String key, String entry, String personal) {}
