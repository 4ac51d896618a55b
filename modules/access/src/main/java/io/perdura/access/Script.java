package io.perdura.access;

import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A Lua script of this room.
 *
 * @param digest what the store calls it
 */
record Script(String text, String digest) {
  static Script of(String resource) {
    try (InputStream stream = Script.class.getResourceAsStream(resource)) {
      byte[] bytes = stream.readAllBytes();
      return new Script(new String(bytes, StandardCharsets.UTF_8), Base16.digest(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
