package io.perdura.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What an administrator may do; each role includes the ones before it. */
public enum AdminRole {
  /** Looks at everything that the control plane shows. */
  READER,
  /** Manages what belongs to its tenants: projects, keys, alert routes. */
  TENANT_ADMIN,
  /** Runs the service: tenants, quotas, incident publishing, drain. */
  OPERATOR,
  /** Everything, also erasure, packs and other administrators' credentials. */
  OWNER;

  /** Names on the wire, least first. */
  public static final List<String> NAMES = Arrays.stream(values()).map(AdminRole::label).toList();

  /** The role's name on the wire. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of that name; IllegalArgumentException when there is none. */
  public static AdminRole of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  public boolean includes(AdminRole other) {
    return compareTo(other) >= 0;
  }
}
