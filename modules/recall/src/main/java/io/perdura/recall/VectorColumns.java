package io.perdura.recall;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads stored vectors without an object for each number. */
final class VectorColumns {
  /** What to select for {@link #read}; right for columns of either type. */
  static final String PACKED = "array_send(embedding::real[])";

  /** Dimensions, flags, element type, length, lower bound. */
  private static final int HEADER = 5 * Integer.BYTES;

  private VectorColumns() {}

  /** Reads a column that was selected as {@link #PACKED}. */
  static float[] read(ResultSet row, int column) throws SQLException {
    byte[] packed = row.getBytes(column);
    if (packed.length <= HEADER) {
      return new float[0];
    }
    ByteBuffer bytes = ByteBuffer.wrap(packed);
    float[] values = new float[bytes.getInt(3 * Integer.BYTES)];
    bytes.position(HEADER);
    for (int i = 0; i < values.length; i++) {
      bytes.getInt(); // length of the number, always 4
      values[i] = bytes.getFloat();
    }
    return values;
  }
}
