package io.perdura.jobs;

import io.perdura.kernel.Database;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Fires schedules, on the one server that holds the lease. The lease lasts {@value #LEASE_SECONDS}
 * s by the database's clock and is renewed every {@value #RENEW_SECONDS} s, so that another server
 * has it at most {@value #LEASE_SECONDS} s after its holder died, and looks for it every second.
 *
 * <p>Each taker gets a higher epoch. The transaction that makes runs of due occurrences first makes
 * sure that its epoch is the present one, and holds on to that until it commits; and an occurrence
 * is a key of the table of runs. So each becomes one run, whoever dies or freezes when.
 */
@ApplicationScoped
public class Scheduler {
  static final int LEASE_SECONDS = 6;
  static final int RENEW_SECONDS = 2;

  private static final Logger LOG = Logger.getLogger(Scheduler.class.getName());

  private final Database database;
  private final JobCatalog catalog;
  private final JobMetrics metrics;
  private final String incarnation = UUID.randomUUID().toString().substring(0, 8);
  private String owner;
  private long epoch;
  private long renewedNanos;

  /** For the container's proxy. */
  protected Scheduler() {
    this(null, null, null);
  }

  @Inject
  public Scheduler(Database database, JobCatalog catalog, JobMetrics metrics) {
    this.database = database;
    this.catalog = catalog;
    this.metrics = metrics;
  }

  /** Looks once; called every second by one thread of each server that runs jobs. */
  public synchronized void look(String self) {
    owner = self + "/" + incarnation;
    try {
      if (holds()) {
        fireDue();
      }
    } catch (RuntimeException e) {
      epoch = 0;
      throw e;
    } finally {
      metrics.leader(epoch > 0);
    }
  }

  /** Lets the lease go: the server stops. */
  public synchronized void stop() {
    if (epoch > 0) {
      epoch = 0;
      metrics.leader(false);
      database.statement(
          "let the scheduler's lease go",
          connection -> {
            SchedulesSql.letGo(connection, owner);
            return null;
          });
    }
  }

  private boolean holds() {
    long now = System.nanoTime();
    if (epoch > 0 && now - renewedNanos < Duration.ofSeconds(RENEW_SECONDS).toNanos()) {
      return true;
    }
    long before = epoch;
    epoch =
        database.transaction(
            "hold the scheduler's lease",
            tx -> SchedulesSql.hold(tx.connection(), owner, LEASE_SECONDS));
    renewedNanos = now;
    if (epoch > 0 && epoch != before) {
      LOG.log(Level.INFO, "this server fires schedules now, epoch {0}", Long.toString(epoch));
      switchShippedOn();
    } else if (epoch == 0 && before > 0) {
      LOG.log(Level.WARNING, "another server fires schedules now");
    }
    return epoch > 0;
  }

  private void fireDue() {
    for (UUID id : database.read("look for due schedules", SchedulesSql::dueIds)) {
      Optional<Fired> fired = database.transaction("fire a schedule", tx -> fire(tx, id));
      if (fired.isEmpty()) {
        epoch = 0;
        return;
      }
      fired.get().count(metrics);
    }
  }

  /** What became of the occurrences of one schedule. */
  private record Fired(String job, List<Duration> late, long missed) {
    static final Fired NOTHING = new Fired("", List.of(), 0);

    void count(JobMetrics metrics) {
      late.forEach(delay -> metrics.fired(job, delay));
      metrics.missed(job, missed);
    }
  }

  /** Empty when this server no longer leads. */
  private Optional<Fired> fire(Tx tx, UUID id) throws SQLException {
    if (!SchedulesSql.stillLeads(tx.connection(), owner, epoch)) {
      return Optional.empty();
    }
    Optional<SchedulesSql.Taken> taken = SchedulesSql.takeDue(tx.connection(), id);
    if (taken.isEmpty()) {
      return Optional.of(Fired.NOTHING);
    }
    JobSchedule schedule = taken.get().schedule();
    Instant now = taken.get().now();
    JobSchedule.Due due = schedule.due(now);
    long room = room(tx, schedule);
    List<Duration> late = new ArrayList<>();
    Instant last = null;
    for (Instant occurrence : due.fire()) {
      if (late.size() < room && fire(tx, schedule, occurrence)) {
        late.add(Duration.between(occurrence, now));
        last = occurrence;
      }
    }
    SchedulesSql.moveOn(tx.connection(), id, due.next(), last);
    long missed = due.missed() + due.fire().size() - late.size();
    if (missed > 0) {
      LOG.log(
          Level.WARNING,
          "{0} occurrences of schedule {1} became no run",
          new Object[] {missed, schedule.name()});
    }
    return Optional.of(new Fired(schedule.job(), late, missed));
  }

  /** A schedule that is faster than its job does not pile runs up. */
  private static long room(Tx tx, JobSchedule schedule) throws SQLException {
    long most = schedule.missedFire().equals("all") ? JobSchedule.MOST_MADE_UP : 1;
    return most - SchedulesSql.waiting(tx.connection(), schedule.id());
  }

  private boolean fire(Tx tx, JobSchedule schedule, Instant occurrence) throws SQLException {
    Map<String, String> given = RunRequest.texts(schedule.parameters());
    JobParameters parameters = new JobParameters(given);
    String lane = "change *";
    String fault = null;
    Optional<JobWork> work = catalog.find(schedule.job());
    if (work.isPresent()) {
      try {
        parameters = work.get().definition().check(given);
        lane = RunLane.of(work.get().definition(), parameters);
      } catch (IllegalArgumentException e) {
        fault = e.getMessage();
      }
    }
    Optional<JobRun> run =
        JobRunsSql.insert(
            tx.connection(),
            new JobRunsSql.Queued(
                schedule.job(),
                lane,
                parameters,
                "schedule " + schedule.name(),
                null,
                parameters.text("node").orElse(null)),
            schedule.id(),
            occurrence);
    if (run.isPresent() && fault != null) {
      SchedulesSql.fail(tx.connection(), run.get().id(), fault);
    }
    return run.isPresent();
  }

  /** Schedules that came with the release run as soon as it has their jobs. */
  private void switchShippedOn() {
    database.transaction(
        "switch shipped schedules on",
        tx -> {
          for (JobSchedule schedule : SchedulesSql.shipped(tx.connection())) {
            if (catalog.find(schedule.job()).isPresent()) {
              Instant next = schedule.after(Instant.now()).orElse(null);
              SchedulesSql.switchOn(tx.connection(), schedule.id(), next);
              LOG.log(Level.INFO, "schedule {0} is switched on", schedule.name());
            }
          }
          return null;
        });
  }
}
