package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.EcmaNumbers;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;

/** The vector that a recall searches with: as sent, as searched, as audited. */
final class QueryVectors {
  private QueryVectors() {}

  /** Reads an array that was found to hold numbers only. */
  static double[] read(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  /**
   * Returns the 32-bit vector to search with.
   *
   * @throws ApiException 400 when the length is not {@code dimension}, a value is too large for 32
   *     bits, or all are zero (no direction, so nothing is near)
   */
  static float[] checked(double[] values, int dimension) {
    if (values.length != dimension) {
      throw ApiException.badRequest(
          "invalid_embedding_dimension",
          "query_embedding must have " + dimension + " values",
          Jsons.object()
              .put("field", "query_embedding")
              .put("expected", dimension)
              .put("actual", values.length));
    }
    float[] result = new float[values.length];
    boolean zero = true;
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
      zero &= result[i] == 0;
      if (!Float.isFinite(result[i])) {
        throw refused("query_embedding." + i + " is not a finite 32-bit number");
      }
    }
    if (zero) {
      throw refused("query_embedding must not be all zeros");
    }
    return result;
  }

  /** Returns the audit's hash of the query: SHA-256 of {@code [v1,v2,...]}. */
  static String hash(double[] values) {
    StringBuilder text = new StringBuilder(values.length * 20).append('[');
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : ",").append(EcmaNumbers.format(values[i]));
    }
    return Hashes.sha256Hex(text.append(']').toString());
  }

  /** As {@link #hash(double[])} for a vector of 32-bit values, shortest decimals. */
  static String hash(float[] values) {
    return Hashes.sha256Hex(literal(values));
  }

  /** Returns {@code [v1,v2,...]}, the text form of a stored vector. */
  static String literal(float[] values) {
    StringBuilder text = new StringBuilder(values.length * 12).append('[');
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : ",").append(EcmaNumbers.format(values[i]));
    }
    return text.append(']').toString();
  }

  private static ApiException refused(String message) {
    ObjectNode details = Jsons.object().put("field", "query_embedding");
    return ApiException.badRequest("invalid_embedding_value", message, details);
  }
}
