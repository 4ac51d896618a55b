package io.perdura.api;

import io.perdura.access.AdminNeed;
import io.perdura.access.IdentityKind;
import io.perdura.access.WorkClass;
import java.util.Optional;

/**
 * What a route demands of a request before its service is called (contract, sections 1.8 and 4.6).
 *
 * @param method GET, POST, PUT or DELETE; HEAD goes where GET goes
 * @param path with at most one {@code {name}} segment
 * @param guard which credential opens it
 * @param need what an administrator must be; null = the route is none of the administration's
 * @param identity which claims are checked against the principal
 * @param work which limits and which in-flight gate count it; null = none
 * @param gated whether it passes the in-flight gate
 * @param validatedFirst whether the body is validated before limits are charged
 * @param keyed whether an Idempotency-Key is honoured
 * @param telemetry endpoint label of its telemetry rows; null = none
 * @param success status of an answer that is no refusal
 */
record Route(
    String method,
    String path,
    Guard guard,
    AdminNeed need,
    IdentityKind identity,
    WorkClass work,
    boolean gated,
    boolean validatedFirst,
    boolean keyed,
    String telemetry,
    int success) {

  /** Which credential opens a route. */
  enum Guard {
    NOBODY,
    PRINCIPAL,
    ADMIN
  }

  private static final int OK = 200;
  private static final int ACCEPTED = 202;

  static Route open(String method, String path) {
    return new Route(
        method, path, Guard.NOBODY, null, IdentityKind.NONE, null, false, false, false, null, OK);
  }

  /** A route of the administration; open to owners unless it says otherwise. */
  static Route admin(String method, String path) {
    return admin(method, path, AdminNeed.OWNER);
  }

  static Route admin(String method, String path, AdminNeed need) {
    return new Route(
        method, path, Guard.ADMIN, need, IdentityKind.NONE, null, false, false, false, null, OK);
  }

  static Route memory(String method, String path, IdentityKind identity, WorkClass work) {
    return new Route(
        method, path, Guard.PRINCIPAL, null, identity, work, false, false, false, null, OK);
  }

  Route withGate(WorkClass gate) {
    return new Route(
        method, path, guard, need, identity, gate, true, validatedFirst, keyed, telemetry, success);
  }

  Route withKey() {
    return new Route(
        method, path, guard, need, identity, work, gated, validatedFirst, true, telemetry, success);
  }

  Route withBodyFirst() {
    return new Route(
        method, path, guard, need, identity, work, gated, true, keyed, telemetry, success);
  }

  Route withTelemetry(String endpoint) {
    return new Route(
        method, path, guard, need, identity, work, gated, validatedFirst, keyed, endpoint, success);
  }

  /** The work is only begun when the answer leaves. */
  Route accepted() {
    return new Route(
        method,
        path,
        guard,
        need,
        identity,
        work,
        gated,
        validatedFirst,
        keyed,
        telemetry,
        ACCEPTED);
  }

  /** Returns the raw text of the path's parameter when {@code rawPath} is of this route. */
  Optional<String> parameter(String rawPath) {
    int open = path.indexOf('{');
    String tail = path.substring(path.indexOf('}') + 1);
    int end = rawPath.length() - tail.length();
    boolean fits =
        open >= 0
            && end > open
            && rawPath.startsWith(path.substring(0, open))
            && rawPath.endsWith(tail)
            && rawPath.indexOf('/', open) == (tail.isEmpty() ? -1 : end);
    return fits ? Optional.of(rawPath.substring(open, end)) : Optional.empty();
  }

  boolean hasParameter() {
    return path.indexOf('{') >= 0;
  }
}
