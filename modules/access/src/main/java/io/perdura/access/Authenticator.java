package io.perdura.access;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.function.Function;

/** Finds the principal behind a request's credentials, in the configured mode. */
@ApplicationScoped
public class Authenticator {
  private final boolean required;
  private final KeyRegistry keys;
  private final Function<String, Optional<Principal>> managed;

  /** For the container's proxy. */
  protected Authenticator() {
    this.required = true;
    this.keys = null;
    this.managed = null;
  }

  @Inject
  public Authenticator(Settings settings, ManagedKeys managed) {
    this(settings, managed::find);
  }

  /**
   * @param managed looks up a key that the static registry does not know
   */
  public Authenticator(Settings settings, Function<String, Optional<Principal>> managed) {
    this.required = !settings.get(AccessSettings.MEMORY_AUTH_MODE).equals("off");
    this.keys =
        KeyRegistry.parse(required ? settings.get(AccessSettings.MEMORY_API_KEYS_JSON) : null);
    this.managed = managed;
  }

  /**
   * Returns the principal; empty only in mode {@code off}, where nobody is asked.
   *
   * @param apiKey the X-Api-Key header, null when absent
   * @throws ApiException 401 {@code unauthorized}; every cause looks the same
   */
  public Optional<Principal> authenticate(String apiKey) {
    if (!required) {
      return Optional.empty();
    }
    String key = apiKey == null ? null : TextRules.trimToNull(apiKey);
    Optional<Principal> principal = key == null ? Optional.empty() : find(key);
    if (principal.isEmpty()) {
      throw new ApiException(401, "unauthorized", "valid X-Api-Key is required");
    }
    return principal;
  }

  private Optional<Principal> find(String key) {
    Optional<Principal> known = keys.find(key);
    return known.isPresent() ? known : managed.apply(key);
  }
}
