package io.perdura.recall;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads columns of type real[]. */
final class VectorColumns {
  private VectorColumns() {}

  static float[] read(ResultSet row, int column) throws SQLException {
    Array array = row.getArray(column);
    Float[] boxed = (Float[]) array.getArray();
    float[] values = new float[boxed.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = boxed[i];
    }
    return values;
  }
}
