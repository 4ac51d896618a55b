package io.perdura.api;

import io.perdura.kernel.LogContext;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Hands the facts of {@link LogContext} to Liberty's log records, where the JSON format shows them
 * as {@code ext_request_id}, {@code ext_tenant} and {@code ext_commit_id}.
 *
 * <p>Liberty's interface is not published to Maven Central, so it is reached by reflection; on
 * another server nothing happens.
 */
final class LogFields {
  private static final Logger LOG = Logger.getLogger(LogFields.class.getName());
  private static final String CONTEXT = "com.ibm.websphere.logging.hpel.LogRecordContext";

  /** Liberty holds extensions weakly: without these references they would soon be gone. */
  private static final List<Object> EXTENSIONS = new ArrayList<>();

  private LogFields() {}

  @SuppressWarnings("ReferenceEquality") // a proxy without state equals itself alone
  static synchronized void register() {
    if (!EXTENSIONS.isEmpty()) {
      return;
    }
    try {
      ClassLoader loader = LogFields.class.getClassLoader();
      Class<?> context = Class.forName(CONTEXT, true, loader);
      Class<?> extension = Class.forName(CONTEXT + "$Extension", true, loader);
      for (String name : LogContext.NAMES) {
        Object field =
            Proxy.newProxyInstance(
                loader,
                new Class<?>[] {extension},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "getValue" -> LogContext.get(name);
                      case "hashCode" -> name.hashCode();
                      case "equals" -> proxy == arguments[0];
                      default -> name;
                    });
        context.getMethod("registerExtension", String.class, extension).invoke(null, name, field);
        EXTENSIONS.add(field);
      }
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | IllegalAccessException
        | InvocationTargetException e) {
      LOG.log(Level.INFO, "log records carry no request id: this server has no such fields", e);
    }
  }
}
