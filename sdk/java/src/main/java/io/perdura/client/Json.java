package io.perdura.client;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the client reads and writes JSON. */
final class Json {
  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Reads text as it is. */
  static final Exchange.Reader<String> TEXT = body -> new String(body, StandardCharsets.UTF_8);

  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  /** Reads an object of which the document says nothing more. */
  static final Exchange.Reader<Map<String, Object>> OBJECT = body -> MAPPER.readValue(body, MAP);

  private Json() {}

  static <T> Exchange.Reader<T> reader(Class<T> type) {
    return body -> {
      T value = MAPPER.readValue(body, type);
      if (value == null) {
        throw new EOFException("there is nothing in it");
      }
      return value;
    };
  }

  /** The properties that are set, by their names in the document. */
  static Map<String, Object> properties(Object model) {
    return model == null ? new LinkedHashMap<>() : MAPPER.convertValue(model, MAP);
  }

  static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the request cannot be written as JSON: " + e.getMessage(), e);
    }
  }
}
