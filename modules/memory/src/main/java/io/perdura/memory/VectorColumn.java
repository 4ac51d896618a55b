package io.perdura.memory;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * The column memory_vectors.embedding: pgvector's {@code vector} where the database has the
 * extension, else {@code real[]}.
 */
final class VectorColumn {
  /** Reads a vector as bytes that {@link #decode} takes; fits both types of the column. */
  static final String BYTES = "array_send(v.embedding::real[])";

  private static final String TYPE =
      """
      select format_type(atttypid, atttypmod) like '%vector%' from pg_attribute
      where attrelid = 'memory_vectors'::regclass and attname = 'embedding'
      """;

  /** ndim, has-null flag, element type, length and lower bound, four bytes each. */
  private static final int HEADER_BYTES = 20;

  private static final int ELEMENT_BYTES = 8;

  private volatile Boolean searchable;

  /** Tells whether PostgreSQL itself can order by distance. */
  boolean isSearchable(Connection connection) throws SQLException {
    Boolean known = searchable;
    if (known == null) {
      try (PreparedStatement select = connection.prepareStatement(TYPE);
          ResultSet row = select.executeQuery()) {
        row.next();
        known = row.getBoolean(1);
      }
      searchable = known;
    }
    return known;
  }

  /** Reads the binary form of a one-dimensional {@code real[]} without nulls. */
  static float[] decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).position(HEADER_BYTES);
    float[] vector = new float[(bytes.length - HEADER_BYTES) / ELEMENT_BYTES];
    for (int i = 0; i < vector.length; i++) {
      buffer.getInt(); // length of the element, always 4
      vector[i] = buffer.getFloat();
    }
    return vector;
  }

  /** Returns all vectors in one array, one behind the other, for a {@code ?::real[]} parameter. */
  static float[] flat(List<float[]> vectors, int dimension) {
    float[] flat = new float[vectors.size() * dimension];
    int at = 0;
    for (float[] vector : vectors) {
      System.arraycopy(vector, 0, flat, at, dimension);
      at += dimension;
    }
    return flat;
  }

  /** Cosine similarity; 0 when either vector is zero. */
  static double cosine(float[] a, float[] b) {
    float dot = 0;
    float normA = 0;
    float normB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
      normA += a[i] * a[i];
      normB += b[i] * b[i];
    }
    double norms = Math.sqrt((double) normA * normB);
    return norms == 0 ? 0 : dot / norms;
  }
}
