package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Fields;
import io.perdura.kernel.TextRules;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A bundle that shall be published; {@code sourceDir} and {@code target} in canonical form. */
public record IncidentRequest(
    String tenantId,
    String runId,
    String sourceDir,
    String target,
    int maxAttempts,
    JsonNode metadata) {
  private static final Set<String> SCHEMES = Set.of("https", "s3", "gs", "az", "abfs", "oci");
  private static final Pattern SCHEME =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", Pattern.DOTALL);
  private static final Pattern HAS_SCHEME = Pattern.compile("(?i)[a-z][a-z0-9+.-]*://.*");
  private static final Pattern STORE =
      Pattern.compile("//(?:([^/?#]*)@)?([^/?#@]+)([/?#].*)?", Pattern.DOTALL);
  private static final int LONGEST_ID = 128;
  private static final int LONGEST_RUN = 256;
  private static final int LONGEST_PATH = 4_096;
  private static final int MOST_ATTEMPTS = 100;
  private static final int USUAL_ATTEMPTS = 5;

  /**
   * Reads and validates a body.
   *
   * @throws ApiException 400 {@code invalid_incident_publish_source_dir} or {@code
   *     invalid_incident_publish_target}
   */
  static IncidentRequest read(JsonNode body, Outbound outbound) {
    Fields fields = Wire.fields(body);
    String tenant = Wire.id(fields, "tenant_id", LONGEST_ID);
    String run = Wire.id(fields, "run_id", LONGEST_RUN);
    String source = fields.string("source_dir", 1, LONGEST_PATH);
    String target = fields.string("target", 1, LONGEST_PATH);
    int attempts = fields.integer("max_attempts", 1, MOST_ATTEMPTS, USUAL_ATTEMPTS);
    JsonNode metadata = Wire.object(fields, "metadata");
    fields.throwIfInvalid();
    return new IncidentRequest(
        tenant, run, sourceDir(source), target(target, outbound), attempts, metadata);
  }

  /** An absolute path without detours. */
  private static String sourceDir(String raw) {
    String path = TextRules.trim(raw);
    boolean plain = !Wire.hasControls(path) && path.indexOf('\\') < 0;
    if (!plain || !path.startsWith("/") || HAS_SCHEME.matcher(path).matches()) {
      throw source("source_dir must be an absolute path");
    }
    List<String> segments =
        Arrays.stream(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
    if (segments.isEmpty() || segments.contains(".") || segments.contains("..")) {
      throw source("source_dir must be a directory below the root, without dot segments");
    }
    return "/" + String.join("/", segments);
  }

  private static String target(String raw, Outbound outbound) {
    String text = TextRules.trim(raw);
    boolean local =
        text.isEmpty()
            || text.startsWith("/")
            || text.startsWith("./")
            || text.startsWith("../")
            || text.startsWith("~");
    Matcher uri = SCHEME.matcher(text);
    if (local || Wire.hasControls(text) || text.indexOf('\\') >= 0 || !uri.matches()) {
      throw target("target must be a URI");
    }
    String scheme = uri.group(1).toLowerCase(Locale.ROOT);
    if (scheme.equals("arn")) {
      return text;
    }
    if (!SCHEMES.contains(scheme)) {
      throw target("a target's scheme is one of https, s3, gs, az, abfs, oci, arn");
    }
    return scheme.equals("https") ? web(text, outbound) : store(scheme, uri.group(2));
  }

  private static String web(String text, Outbound outbound) {
    WebUrl url = WebUrl.parse(text).orElseThrow(() -> target("target must have a host"));
    outbound
        .complaint(url)
        .ifPresent(complaint -> {
          throw target(complaint);
        });
    return url.text();
  }

  /** {@code abfs://container@account} names a place; anywhere else it would be a credential. */
  private static String store(String scheme, String rest) {
    Matcher parts = STORE.matcher(rest);
    if (!parts.matches()) {
      throw target("target must name a bucket");
    }
    String user = parts.group(1);
    if (user != null && (!scheme.equals("abfs") || user.isEmpty() || user.indexOf(':') >= 0)) {
      throw target("a target with user or password is not taken");
    }
    String tail = parts.group(3) == null ? "" : parts.group(3).replace(" ", "%20");
    return scheme + "://" + (user == null ? "" : user + "@") + parts.group(2) + tail;
  }

  private static ApiException source(String why) {
    return ApiException.badRequest("invalid_incident_publish_source_dir", why, null);
  }

  private static ApiException target(String why) {
    return ApiException.badRequest("invalid_incident_publish_target", why, null);
  }
}
