package io.perdura.audit;

import java.io.IOException;
import java.nio.file.Path;

/** A process that appends rows for as long as it lives, and tells of each one that is kept. */
final class SpoolWriter {
  private SpoolWriter() {}

  public static void main(String[] arguments) throws IOException {
    SpoolFiles files = new SpoolFiles(Path.of(arguments[0]));
    files.prepare();
    Spool spool = new Spool(files, "victim~1", 1L << 30, false);
    for (int i = 1; ; i++) {
      String call = "call " + i;
      spool.append(
          TrailKit.ACME, EntryText.of(TrailKit.call(TrailKit.ACME, call), TrailKit.caller()));
      System.out.println(call);
      System.out.flush();
    }
  }
}
