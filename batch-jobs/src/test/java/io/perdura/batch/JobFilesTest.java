package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.perdura.jobs.CustomWork;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobWork;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.SlicedWork;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;
import jakarta.inject.Inject;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every job of every room has its JSL, and every JSL its job. */
class JobFilesTest {
  private static final Path JSL = Path.of("src/main/resources/META-INF/batch-jobs");

  private final Map<String, JobWork> jobs = jobs();

  @Test
  void everyJobHasItsFileAndEveryFileItsJob() throws IOException {
    List<String> files;
    try (Stream<Path> found = Files.list(JSL)) {
      files = found.map(file -> file.getFileName().toString().replace(".xml", "")).toList();
    }
    List<String> expected = new ArrayList<>(jobs.keySet());
    expected.add(JobStarter.DRAIN);
    assertThat(files).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aFileNamesItsJobAndTheArtifactsOfItsKind() throws IOException {
    for (Map.Entry<String, JobWork> job : jobs.entrySet()) {
      String text = Files.readString(JSL.resolve(job.getKey() + ".xml"));
      assertThat(text)
          .as(job.getKey())
          .contains("<job id=\"" + job.getKey() + "\"", "<listener ref=\"runListener\"/>");
      boolean paged = job.getValue() instanceof PagedWork;
      if (paged) {
        assertThat(text)
            .as(job.getKey())
            .contains(
                "ref=\"pageReader\"",
                "ref=\"pageProcessor\"",
                "ref=\"pageWriter\"",
                "ref=\"pageStep\"",
                "ref=\"pageTroubles\"",
                "ref=\"pageChunks\"",
                "io.perdura.jobs.SkippedPageException",
                "io.perdura.jobs.RetryablePageException");
      } else if (job.getValue() instanceof SlicedWork) {
        assertThat(text)
            .as(job.getKey())
            .contains(
                "ref=\"sliceBatchlet\"",
                "ref=\"sliceMapper\"",
                "ref=\"sliceReducer\"",
                "#{partitionPlan['slice']}",
                "#{partitionPlan['execution']}");
      } else if (!(job.getValue() instanceof CustomWork)) {
        assertThat(text).as(job.getKey()).contains("ref=\"reportBatchlet\"");
      }
    }
  }

  @Test
  void jobsAndTheirParametersAreDescribed() {
    for (JobWork work : jobs.values()) {
      JobDefinition job = work.definition();
      assertThat(job.name()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
      assertThat(job.purpose()).as(job.name()).isNotBlank();
      assertThat(job.parameters())
          .as(job.name())
          .allSatisfy(parameter -> assertThat(parameter.purpose()).isNotBlank())
          .extracting(JobParameter::name)
          .doesNotHaveDuplicates()
          .allSatisfy(name -> assertThat(name).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*"));
    }
  }

  @Test
  void theSchedulesThatComeWithAReleaseFitItsJobs() {
    try (TestDatabase test = TestDatabase.fresh()) {
      List<List<String>> shipped =
          new Database(test.dataSource())
              .read(
                  "shipped schedules",
                  connection -> {
                    List<List<String>> rows = new ArrayList<>();
                    try (Statement statement = connection.createStatement();
                        ResultSet row =
                            statement.executeQuery(
                                "select job, parameters from job_schedules where not enabled")) {
                      while (row.next()) {
                        rows.add(List.of(row.getString(1), row.getString(2)));
                      }
                    }
                    return rows;
                  });
      assertThat(shipped).isNotEmpty();
      for (List<String> schedule : shipped) {
        JobWork job = jobs.get(schedule.getFirst());
        if (job != null) {
          Map<String, String> given = new TreeMap<>();
          Jsons.stored(schedule.getLast())
              .properties()
              .forEach(entry -> given.put(entry.getKey(), entry.getValue().asText()));
          assertThatCode(() -> job.definition().check(given)).doesNotThrowAnyException();
        }
      }
    }
  }

  /** Those that are on the class path, made as the container makes them. */
  static Map<String, JobWork> jobs() {
    Map<String, JobWork> jobs = new TreeMap<>();
    try {
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        for (String name : classes(Path.of(entry))) {
          Class<?> type = Class.forName(name, false, JobFilesTest.class.getClassLoader());
          if (JobWork.class.isAssignableFrom(type)
              && !type.isInterface()
              && !Modifier.isAbstract(type.getModifiers())) {
            JobWork job = make(type);
            assertThat(jobs.put(job.definition().name(), job)).as("the job of that name").isNull();
          }
        }
      }
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    assertThat(jobs).containsKey("outbox-replay");
    return jobs;
  }

  /**
   * As the container makes it, with settings that are all at their defaults and nothing else behind
   * it: enough for a definition.
   */
  private static JobWork make(Class<?> type) throws ReflectiveOperationException {
    Constructor<?> constructor =
        Stream.of(type.getDeclaredConstructors())
            .filter(candidate -> candidate.isAnnotationPresent(Inject.class))
            .findFirst()
            .orElse(null);
    if (constructor == null) {
      constructor = type.getDeclaredConstructor();
    }
    constructor.setAccessible(true);
    Object[] arguments =
        Stream.of(constructor.getParameterTypes()).map(JobFilesTest::argument).toArray();
    return (JobWork) constructor.newInstance(arguments);
  }

  private static Object argument(Class<?> type) {
    if (type == Settings.class) {
      return Settings.of(Map.of());
    }
    return type.isInterface()
        ? Proxy.newProxyInstance(
            JobFilesTest.class.getClassLoader(), new Class<?>[] {type}, (a, b, c) -> null)
        : null;
  }

  /** Names of our classes in a directory or archive; those of tests apart. */
  private static List<String> classes(Path entry) throws IOException {
    boolean directory = Files.isDirectory(entry);
    boolean ours =
        directory ? !entry.endsWith("test-classes") : entry.toString().contains("perdura-");
    if (!ours || !Files.exists(entry) || entry.toString().endsWith("tests.jar")) {
      return List.of();
    }
    if (directory) {
      return walk(entry);
    }
    try (FileSystem archive = FileSystems.newFileSystem(entry)) {
      return walk(archive.getPath("/"));
    }
  }

  private static List<String> walk(Path root) throws IOException {
    Path start = root.resolve("io").resolve("perdura");
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(start)) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(file -> file.endsWith(".class") && !file.endsWith("module-info.class"))
          .map(file -> file.replace(".class", "").replace('/', '.'))
          .toList();
    }
  }
}
