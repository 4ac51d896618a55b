package io.perdura.audit;

import io.perdura.kernel.TextRules;

/** Names of chains. */
public final class Chains {
  /** Calls to the administration. */
  public static final String CONTROL = "control";

  /** Refused calls without a valid credential, whatever tenant they named. */
  public static final String ANONYMOUS = "anonymous";

  private static final String TENANT = "tenant/";

  private Chains() {}

  /** The chain of a tenant. */
  public static String tenant(String tenantId) {
    String name = TextRules.wellFormed(tenantId);
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) < ' ') {
        // The administration takes any name; a row of the spool is one line.
        return TENANT + name.replaceAll("[\\x00-\\x1f]", "\ufffd");
      }
    }
    return TENANT + name;
  }
}
