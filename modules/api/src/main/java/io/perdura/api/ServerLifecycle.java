package io.perdura.api;

import io.perdura.access.ClusterBuckets;
import io.perdura.access.ManagedKeys;
import io.perdura.access.ManagedTenantQuotas;
import io.perdura.access.TokenKeys;
import io.perdura.audit.AuditHousekeeping;
import io.perdura.audit.AuditTrail;
import io.perdura.control.Housekeeping;
import io.perdura.control.Member;
import io.perdura.control.Membership;
import io.perdura.control.RequestTelemetry;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Settings;
import io.perdura.memory.MemoryHousekeeping;
import io.perdura.policy.PolicyHousekeeping;
import io.perdura.schema.SchemaVersion;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts what runs beside requests, and stops it in the opposite order. */
@WebListener
public class ServerLifecycle implements ServletContextListener {
  private static final Logger LOG = Logger.getLogger(ServerLifecycle.class.getName());

  @Inject private Settings settings;
  @Inject private Membership membership;
  @Inject private ManagedKeys managedKeys;
  @Inject private ManagedTenantQuotas quotas;
  @Inject private TokenKeys tokenKeys;
  @Inject private RequestTelemetry telemetry;
  @Inject private Housekeeping housekeeping;
  @Inject private MemoryHousekeeping memoryHousekeeping;
  @Inject private PolicyHousekeeping policyHousekeeping;
  @Inject private AuditTrail trail;
  @Inject private AuditHousekeeping auditHousekeeping;
  @Inject private AuditMetrics auditMetrics;
  @Inject private DatabaseWatch watch;
  @Inject private ConnectionBudget budget;
  @Inject private Drain drain;
  @Inject private Pulse pulse;
  @Inject private ServerState state;
  @Inject private ServerMetrics metrics;
  @Inject private ClusterBuckets buckets;

  @Resource private ManagedScheduledExecutorService executor;

  private final List<Future<?>> tasks = new ArrayList<>();

  @Override
  public void contextInitialized(ServletContextEvent event) {
    LogFields.register();
    metrics.register();
    auditMetrics.register();
    watch.look();
    if (budget.isRefused()) {
      // A start that fails ends at once; one that is under way is waited for.
      throw new IllegalStateException("more pooled connections than the database grants");
    }
    membership.join(self(), executor);
    trail.start(membership.self().id(), executor);
    everySecond(pulse::beat);
    everySecond(drain::look);
    everySecond(watch::look);
    managedKeys.start(executor);
    quotas.start(executor);
    tokenKeys.start(executor);
    buckets.start(executor);
    telemetry.start(executor);
    housekeeping.start(executor);
    memoryHousekeeping.start(executor);
    policyHousekeeping.start(executor);
    auditHousekeeping.start(executor);
    state.started(true);
    LOG.log(
        Level.INFO,
        "Perdura {0} started as {1}, id {2}",
        new Object[] {
          membership.self().version(), membership.self().role(), membership.self().id()
        });
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    state.started(false);
    auditHousekeeping.stop();
    policyHousekeeping.stop();
    memoryHousekeeping.stop();
    housekeeping.stop();
    telemetry.stop();
    quotas.stop();
    tokenKeys.stop();
    managedKeys.stop();
    buckets.stop();
    trail.stop();
    membership.leave();
    tasks.forEach(task -> task.cancel(true));
  }

  private void everySecond(Runnable task) {
    tasks.add(executor.scheduleWithFixedDelay(task, 0, 1, TimeUnit.SECONDS));
  }

  private Member self() {
    String role = settings.get(CoreSettings.PERDURA_ROLE);
    String host = host();
    String configured = settings.get(CoreSettings.PERDURA_NODE_ID);
    String id =
        configured != null ? configured : host + "-" + UUID.randomUUID().toString().substring(0, 8);
    Integer port = role.equals("worker") ? null : settings.get(CoreSettings.PORT);
    return new Member(id, role, BuildVersion.read(), host, port, SchemaVersion.REQUIRED);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      LOG.log(Level.FINE, "this host does not know its name", e);
      return "localhost";
    }
  }
}
