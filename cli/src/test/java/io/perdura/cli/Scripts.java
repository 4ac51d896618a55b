package io.perdura.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the repository's shell scripts in a world that a test has made. */
final class Scripts {
  static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

  /** What a script said and how it ended. */
  record Outcome(int status, String out, String err) {}

  private Scripts() {}

  static Outcome run(Map<String, String> environment, Path directory, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("script", ".out");
    Path err = Files.createTempFile("script", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().clear();
      builder.environment().put("PATH", "/usr/bin:/bin");
      builder.environment().put("HOME", "/nonexistent");
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " hangs");
      }
      return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Puts a program of the machine into a directory of chosen programs. */
  static void forward(Path directory, String program) throws IOException {
    executable(directory.resolve(program), "#!/bin/sh\nexec /usr/bin/" + program + " \"$@\"\n");
  }

  static Path executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** A directory that looks like a Java installation; its java prints its arguments. */
  static Path fakeJava(Path home, int version, boolean compiler) throws IOException {
    executable(home.resolve("bin/java"), "#!/bin/sh\necho \"java $*\"\n");
    if (compiler) {
      executable(home.resolve("bin/javac"), "#!/bin/sh\n");
    }
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + ".0.1\"\n");
    return home;
  }
}
