package io.perdura.access;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import java.util.Arrays;
import java.util.List;

/** Settings of the MCP endpoint (policy-control, section 11). */
public final class McpSettings implements SettingCatalog {
  /**
   * Comma list of browser origins that may use the MCP endpoint, besides pages of this machine and
   * those that CORS_ALLOW_ORIGINS names; {@code *} = every page.
   */
  public static final Setting<String> PERDURA_MCP_ORIGINS =
      Setting.text("PERDURA_MCP_ORIGINS", null);

  /**
   * Who owns private memory that came through MCP from a caller that names no agent: without an
   * owner nobody could read it again (policy-control, D39).
   */
  public static final Setting<String> PERDURA_MCP_AGENT_ID =
      Setting.text("PERDURA_MCP_AGENT_ID", "mcp");

  /** Every setting of the endpoint. */
  public static final List<Setting<?>> ALL = List.of(PERDURA_MCP_ORIGINS, PERDURA_MCP_AGENT_ID);

  @Override
  public List<Setting<?>> settings() {
    return ALL;
  }

  /** Returns the origins that PERDURA_MCP_ORIGINS lists. */
  public static List<String> origins(Settings settings) {
    String list = settings.get(PERDURA_MCP_ORIGINS);
    return list == null
        ? List.of()
        : Arrays.stream(list.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }
}
