package io.perdura.api;

import io.perdura.access.Admin;
import io.perdura.access.Principal;
import io.perdura.kernel.AionisUri;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.LogContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.UUID;

/** One request on its way: what the filter and the checks found out about it. */
final class Exchange {
  private static final String ATTRIBUTE = Exchange.class.getName();

  private final String requestId;
  private final Route route;
  private final long startNanos;
  private final String pathParameter;
  private final UUID callId = UUID.randomUUID();
  private Optional<Principal> principal = Optional.empty();
  private Admin admin;
  private boolean admitted;
  private boolean probe;
  private String bodySha256;
  private Owner owner;
  private int messages;
  private int recordedMessages;

  /** {@code rawPath} as sent, its escapes known to be sound. */
  Exchange(String requestId, Route route, String rawPath, long startNanos) {
    this.requestId = requestId;
    this.route = route;
    this.startNanos = startNanos;
    this.pathParameter =
        route.hasParameter() ? route.parameter(rawPath).map(AionisUri::decode).orElse(null) : null;
  }

  static Exchange of(HttpServletRequest request) {
    return (Exchange) request.getAttribute(ATTRIBUTE);
  }

  void attach(HttpServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  String requestId() {
    return requestId;
  }

  Route route() {
    return route;
  }

  /** The decoded segment that the route leaves open; null when it has none. */
  String pathParameter() {
    return pathParameter;
  }

  Optional<Principal> principal() {
    return principal;
  }

  void principal(Optional<Principal> principal) {
    this.principal = principal;
  }

  /** Who administers; null on routes of the memory, and before the credential was looked at. */
  Admin admin() {
    return admin;
  }

  void admin(Admin admin) {
    this.admin = admin;
  }

  /** Names this call in the audit trail; unlike the request's id nobody else chose it. */
  UUID callId() {
    return callId;
  }

  /** Notes that the caller may use the route: with a credential, or because none is asked for. */
  void admit() {
    admitted = true;
  }

  boolean isAdmitted() {
    return admitted;
  }

  /**
   * Notes that an operator's gate reads to judge: the read counts as nobody's use of the memory.
   */
  void markProbe() {
    probe = true;
  }

  /** Whether this is a gate's read, which leaves nothing in the scope that it reads. */
  boolean isProbe() {
    return probe;
  }

  /** Notes the body as it was sent. */
  void body(byte[] bytes) {
    bodySha256 = Hashes.sha256Hex(bytes);
  }

  /** The digest of the body; null when there is none, or none was read. */
  String bodySha256() {
    return bodySha256;
  }

  /** Notes how many messages of JSON-RPC the body brought. */
  void messages(int count) {
    messages = count;
  }

  /** Notes that one of the messages left a row of its own in the audit trail. */
  void messageRecorded() {
    recordedMessages++;
  }

  /** Tells whether every message left a row of its own, so that the request needs none. */
  boolean isToldByItsMessages() {
    return messages > 0 && recordedMessages >= messages;
  }

  /** Notes whose request this is. */
  void owner(Owner owner) {
    this.owner = owner;
    LogContext.tenant(owner.tenant());
  }

  /** Whose request this is; null before its credential was looked at. */
  Owner owner() {
    return owner;
  }

  /** Milliseconds since the request arrived. */
  double elapsedMs() {
    return (System.nanoTime() - startNanos) / 1e6;
  }
}
