package io.perdura.api;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** Reads a request's body (contract, section 1.4; a client's mistake is a 4xx, quirk Q1). */
final class BodyReader {
  /** 5 MiB. */
  static final int MAX_BYTES = 5 * 1024 * 1024;

  private static final ObjectReader STRICT =
      Jsons.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private BodyReader() {}

  /**
   * Returns the body: a missing node without body and content type, a text for {@code text/plain}.
   *
   * @throws ApiException 400 {@code invalid_request}, 413 {@code request_too_large} or 415 {@code
   *     unsupported_media_type}
   * @throws IOException when the client went away
   */
  static JsonNode read(HttpServletRequest request) throws IOException {
    String type = mediaType(request.getContentType());
    byte[] bytes = bytes(request);
    Exchange exchange = Exchange.of(request);
    if (exchange != null && bytes.length > 0) {
      exchange.body(bytes);
    }
    if (type.equals("application/json")) {
      return parse(bytes);
    }
    if (type.isEmpty() && bytes.length == 0) {
      return MissingNode.getInstance();
    }
    if (type.equals("text/plain")) {
      return TextNode.valueOf(new String(bytes, StandardCharsets.UTF_8));
    }
    throw new ApiException(
        415,
        "unsupported_media_type",
        "send the body as application/json",
        Jsons.object().put("content_type", type));
  }

  private static JsonNode parse(byte[] bytes) {
    if (isOtherEncoding(bytes)) {
      throw invalid("the body must be UTF-8", null);
    }
    try {
      JsonNode body = STRICT.readTree(bytes);
      if (body.isMissingNode()) {
        throw invalid("the body is empty, but its content type is application/json", null);
      }
      refusePrototypes(body);
      return body;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw invalid(
          "the body is not valid JSON",
          at == null
              ? null
              : Jsons.object().put("line", at.getLineNr()).put("column", at.getColumnNr()));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can always be read", e);
    }
  }

  /** JSON in UTF-16 or UTF-32 starts with a mark of byte order or has a zero among two bytes. */
  private static boolean isOtherEncoding(byte[] bytes) {
    return bytes.length > 1
        && (bytes[0] == 0 || bytes[1] == 0 || bytes[0] == (byte) 0xfe || bytes[0] == (byte) 0xff);
  }

  private static byte[] bytes(HttpServletRequest request) throws IOException {
    long announced = request.getContentLengthLong();
    if (announced > MAX_BYTES) {
      throw tooLarge();
    }
    if (announced == 0) {
      return new byte[0];
    }
    try (InputStream in = request.getInputStream()) {
      if (announced > 0) {
        return in.readNBytes((int) announced);
      }
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw tooLarge();
      }
      return bytes;
    }
  }

  private static String mediaType(String header) {
    if (header == null) {
      return "";
    }
    int end = header.indexOf(';');
    return (end < 0 ? header : header.substring(0, end)).trim().toLowerCase(Locale.ROOT);
  }

  /**
   * Refuses keys that would reach an object's prototype in other languages; memory is read by many
   * kinds of clients.
   */
  private static void refusePrototypes(JsonNode value) {
    if (value.isObject()) {
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        boolean hostile =
            field.getKey().equals("__proto__")
                || (field.getKey().equals("constructor") && field.getValue().has("prototype"));
        if (hostile) {
          throw invalid(
              "the key " + field.getKey() + " is not allowed",
              Jsons.object().put("key", field.getKey()));
        }
        refusePrototypes(field.getValue());
      }
    } else if (value.isArray()) {
      for (JsonNode item : value) {
        if (item.isContainerNode()) {
          refusePrototypes(item);
        }
      }
    }
  }

  private static ApiException invalid(String message, JsonNode details) {
    return ApiException.badRequest("invalid_request", message, details);
  }

  private static ApiException tooLarge() {
    return new ApiException(
        413,
        "request_too_large",
        "the body is larger than 5 MiB",
        Jsons.object().put("max_bytes", MAX_BYTES));
  }
}
