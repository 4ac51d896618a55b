package io.perdura.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.UUID;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/**
 * Loads {@code memory_vectors} by binary COPY: numbers as text would cost more than the index they
 * go into.
 */
final class VectorRows implements AutoCloseable {
  private static final int FLUSH_AT = 1 << 20;
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };

  private final CopyIn copy;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(FLUSH_AT + (1 << 16));
  private final DataOutputStream out = new DataOutputStream(bytes);
  private final int generation;

  VectorRows(CopyManager manager, int generation) throws SQLException, IOException {
    this.generation = generation;
    this.copy =
        manager.copyIn(
            "copy memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane)"
                + " from stdin (format binary)");
    out.write(SIGNATURE);
    out.writeInt(0); // flags
    out.writeInt(0); // header extension
  }

  void add(UUID node, String scope, String type, float[] vector) throws SQLException, IOException {
    out.writeShort(7);
    out.writeInt(4);
    out.writeInt(generation);
    out.writeInt(16);
    out.writeLong(node.getMostSignificantBits());
    out.writeLong(node.getLeastSignificantBits());
    text(scope);
    out.writeInt(4 + 4 * vector.length);
    out.writeShort(vector.length);
    out.writeShort(0);
    for (float value : vector) {
      out.writeInt(Float.floatToRawIntBits(value));
    }
    out.writeInt(1);
    out.writeByte(1);
    text(type);
    text("shared");
    if (bytes.size() >= FLUSH_AT) {
      flush();
    }
  }

  private void text(String value) throws IOException {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    out.writeInt(encoded.length);
    out.write(encoded);
  }

  private void flush() throws SQLException {
    copy.writeToCopy(bytes.toByteArray(), 0, bytes.size());
    bytes.reset();
  }

  @Override
  public void close() throws SQLException, IOException {
    if (copy.isActive()) {
      out.writeShort(-1);
      flush();
      copy.endCopy();
    }
  }
}
