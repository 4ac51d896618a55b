package io.perdura.api;

import io.perdura.access.AccessSettings;
import io.perdura.access.McpSettings;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Settings;
import java.net.URI;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which browser pages may use the MCP endpoint.
 *
 * <p>CORS does not do: a page whose name was made to point to this machine (DNS rebinding) is of
 * the same origin for the browser. What gives it away is the name it came under.
 */
final class McpOrigins {
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

  private final Set<String> named;
  private final boolean any;

  McpOrigins(Settings settings) {
    this.named = new HashSet<>(McpSettings.origins(settings));
    this.any = named.contains("*");
    // Any page may read a public API, but that says nothing about one with tools.
    AccessSettings.corsOrigins(settings).stream()
        .filter(origin -> !origin.equals("*"))
        .forEach(named::add);
  }

  /**
   * Refuses a page that is not welcome; callers that are no browser send no origin.
   *
   * @throws ApiException 403 {@code origin_not_allowed}
   */
  void require(Enumeration<String> origins) {
    while (origins.hasMoreElements()) {
      if (!allows(origins.nextElement())) {
        throw new ApiException(
            403,
            "origin_not_allowed",
            "pages of this origin may not use the MCP endpoint; see PERDURA_MCP_ORIGINS");
      }
    }
  }

  private boolean allows(String origin) {
    return any || named.contains(origin) || isThisMachine(origin);
  }

  private static boolean isThisMachine(String origin) {
    try {
      URI uri = URI.create(origin);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return web && uri.getHost() != null && LOOPBACK.matcher(uri.getHost()).matches();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
