package io.perdura.access;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the principal behind a request's credentials, in the configured mode. */
@ApplicationScoped
public class Authenticator {
  private static final Pattern BEARER =
      Pattern.compile("bearer\\s+(\\S+)", Pattern.CASE_INSENSITIVE);

  private final boolean takesKeys;
  private final boolean takesTokens;
  private final KeyRegistry keys;
  private final Function<String, Optional<Principal>> managed;
  private final Function<String, Optional<Principal>> tokens;

  /** For the container's proxy. */
  protected Authenticator() {
    this.takesKeys = true;
    this.takesTokens = true;
    this.keys = null;
    this.managed = null;
    this.tokens = null;
  }

  @Inject
  public Authenticator(Settings settings, ManagedKeys managed, TokenVerifier tokens) {
    this(settings, managed::find, tokens::verify);
  }

  /**
   * @param managed looks up a key that the static registry does not know
   * @param tokens verifies a token
   */
  public Authenticator(
      Settings settings,
      Function<String, Optional<Principal>> managed,
      Function<String, Optional<Principal>> tokens) {
    String mode = settings.get(AccessSettings.MEMORY_AUTH_MODE);
    this.takesKeys = AccessSettings.takesKeys(mode);
    this.takesTokens = TokenSettings.accepts(mode);
    this.keys =
        KeyRegistry.parse(takesKeys ? settings.get(AccessSettings.MEMORY_API_KEYS_JSON) : null);
    this.managed = managed;
    this.tokens = tokens;
  }

  /**
   * Returns the principal; empty only in mode {@code off}, where nobody is asked. A key is tried
   * before a token; one that opens nothing does not keep the other from being tried (defect D12).
   *
   * @param apiKey the X-Api-Key header, null when absent
   * @param authorization the Authorization header, null when absent
   * @throws ApiException 401 {@code unauthorized}; every cause looks the same
   */
  public Optional<Principal> authenticate(String apiKey, String authorization) {
    if (!takesKeys && !takesTokens) {
      return Optional.empty();
    }
    Optional<Principal> principal = takesKeys ? ofKey(apiKey) : Optional.empty();
    if (principal.isEmpty() && takesTokens) {
      principal = ofToken(authorization);
    }
    if (principal.isEmpty()) {
      throw new ApiException(401, "unauthorized", "valid " + wanted() + " is required");
    }
    return principal;
  }

  private Optional<Principal> ofKey(String header) {
    String key = header == null ? null : TextRules.trimToNull(header);
    if (key == null) {
      return Optional.empty();
    }
    Optional<Principal> known = keys.find(key);
    return known.isPresent() ? known : managed.apply(key);
  }

  private Optional<Principal> ofToken(String header) {
    Matcher bearer = BEARER.matcher(header == null ? "" : TextRules.trim(header));
    return bearer.matches() ? tokens.apply(bearer.group(1)) : Optional.empty();
  }

  private String wanted() {
    if (takesKeys && takesTokens) {
      return "X-Api-Key or bearer token";
    }
    return takesKeys ? "X-Api-Key" : "bearer token";
  }
}
