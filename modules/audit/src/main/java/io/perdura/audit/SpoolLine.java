package io.perdura.audit;

import io.perdura.kernel.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A row in the spool: one line, fields apart by tabs, its checksum in front. None of the texts can
 * hold a tab or a line's end.
 */
record SpoolLine(long seq, String chain, String entry, String personal) {
  private static final int CHECKSUM = 8;

  byte[] bytes() {
    String text = seq + "\t" + chain + "\t" + entry + "\t" + personal;
    byte[] body = Hashes.utf8(text);
    byte[] line = new byte[CHECKSUM + 1 + body.length + 1];
    byte[] checksum = checksum(body, 0, body.length).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(checksum, 0, line, 0, CHECKSUM);
    line[CHECKSUM] = ' ';
    System.arraycopy(body, 0, line, CHECKSUM + 1, body.length);
    line[line.length - 1] = '\n';
    return line;
  }

  /** Reads a line without its end; empty when it is not as it was written. */
  static Optional<SpoolLine> parse(byte[] bytes, int from, int to) {
    int body = from + CHECKSUM + 1;
    if (to <= body) {
      return Optional.empty();
    }
    String found = new String(bytes, from, CHECKSUM, StandardCharsets.US_ASCII);
    if (!found.equals(checksum(bytes, body, to - body))) {
      return Optional.empty();
    }
    String[] fields = new String(bytes, body, to - body, StandardCharsets.UTF_8).split("\t", -1);
    return fields.length == 4
        ? Optional.of(new SpoolLine(Long.parseLong(fields[0]), fields[1], fields[2], fields[3]))
        : Optional.empty();
  }

  private static String checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
