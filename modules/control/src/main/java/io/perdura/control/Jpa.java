package io.perdura.control;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Database;
import io.perdura.kernel.SqlStates;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.EntityTransaction;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.Persistence;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.Function;

/**
 * Transactions over the control plane's entities: local ones on the container's pool, repeated like
 * those of {@link Database}.
 *
 * <p>Work that lost against a concurrent change (optimistic lock, unique key) runs again from the
 * start, so it must not keep anything from an earlier run.
 */
@ApplicationScoped
class Jpa {
  private static final String UNIT = "perdura-control";
  private static final int ATTEMPTS = 5;

  private final Database database;
  private EntityManagerFactory factory;

  /** For the container's proxy. */
  protected Jpa() {
    this.database = null;
  }

  @Inject
  Jpa(Database database) {
    this.database = database;
  }

  /**
   * Runs {@code work} in one transaction.
   *
   * @throws ApiException 503 {@code database_unavailable} when others were faster again and again
   */
  <T> T transaction(String name, Function<EntityManager, T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return database.managed(name, committing -> once(work, committing));
      } catch (LostRace e) {
        if (attempt == ATTEMPTS) {
          ApiException busy =
              new ApiException(
                  503, "database_unavailable", "others keep changing this; try again", null, 1);
          busy.initCause(e);
          throw busy;
        }
      }
    }
  }

  /** Writes what is pending and reads what the database added to {@code row}. */
  static <T> T stored(EntityManager em, T row) {
    em.flush();
    em.refresh(row);
    return row;
  }

  @PreDestroy
  synchronized void close() {
    if (factory != null) {
      factory.close();
      factory = null;
    }
  }

  /** Opened with the first use: a server starts without its database. */
  private synchronized EntityManagerFactory factory() {
    if (factory == null) {
      factory =
          Persistence.createEntityManagerFactory(
              UNIT, Map.of("jakarta.persistence.nonJtaDataSource", database.dataSource()));
    }
    return factory;
  }

  private <T> T once(Function<EntityManager, T> work, Runnable committing) throws SQLException {
    try (EntityManager em = factory().createEntityManager()) {
      EntityTransaction transaction = em.getTransaction();
      transaction.begin();
      try {
        T result = work.apply(em);
        em.flush();
        recordCall(em);
        committing.run();
        transaction.commit();
        return result;
      } finally {
        if (transaction.isActive()) {
          transaction.rollback();
        }
      }
    } catch (ApiException e) {
      throw e;
    } catch (RuntimeException e) {
      SQLException cause = cause(e, SQLException.class);
      boolean lost =
          cause == null
              ? cause(e, OptimisticLockException.class) != null
              : SqlStates.isUniqueViolation(cause);
      if (lost) {
        throw new LostRace(e);
      }
      if (cause != null) {
        throw cause;
      }
      throw e;
    }
  }

  /** Takes the row of the call along, with the changes it made (ADR 18). */
  private static void recordCall(EntityManager em) throws SQLException {
    CallRecord record = CallRecord.due();
    if (record != null) {
      record.append(em.unwrap(Connection.class));
    }
  }

  private static <E extends Throwable> E cause(Throwable thrown, Class<E> type) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }

  private static final class LostRace extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostRace(RuntimeException cause) {
      super(cause);
    }
  }
}
