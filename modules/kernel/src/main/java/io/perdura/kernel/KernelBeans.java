package io.perdura.kernel;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** What the container hands to every room: settings, database, clock. */
@ApplicationScoped
class KernelBeans {
  @Produces
  @Singleton
  Settings settings() {
    Config config = ConfigProvider.getConfig();
    Map<String, String> credentials = CredentialFiles.ofProcess();
    Settings settings =
        new Settings(name ->
            credentials.containsKey(name)
                ? credentials.get(name)
                : config.getConfigValue(name).getRawValue());
    StartupCheck.require(settings);
    return settings;
  }

  @Produces
  @Singleton
  @SuppressWarnings("BanJNDI") // a constant name, bound by our own server configuration
  Database database() {
    try {
      return new Database((DataSource) new InitialContext().lookup("jdbc/perdura"));
    } catch (NamingException e) {
      throw new IllegalStateException(
          "the server configuration has no data source jdbc/perdura", e);
    }
  }

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }
}
