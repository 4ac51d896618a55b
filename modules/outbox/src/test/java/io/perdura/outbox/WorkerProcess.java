package io.perdura.outbox;

import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** A worker as a process of its own, to be killed. Arguments: JDBC address, user, password. */
final class WorkerProcess {
  private static final int THREADS = 2;

  private WorkerProcess() {}

  /** Starts the process; it works until it is killed. */
  static Process start(String url, String user, String password) throws java.io.IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            classPath,
            WorkerProcess.class.getName(),
            url,
            user,
            password)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public static void main(String[] arguments) throws InterruptedException {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(arguments[0]);
    dataSource.setUser(arguments[1]);
    dataSource.setPassword(arguments[2]);
    DrainContext context = Havoc.configure(Bench.over(dataSource)).context();
    String name = ProcessHandle.current().pid() + "/";
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      String worker = name + i;
      threads.add(Thread.ofPlatform().start(() -> Havoc.work(context, worker, () -> false)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
