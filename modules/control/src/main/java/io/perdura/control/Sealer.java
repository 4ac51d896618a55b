package io.perdura.control;

import io.perdura.access.AccessSettings;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets that are stored and needed again (AES-256-GCM).
 *
 * <p>{@code PERDURA_SEALING_KEYS} lists keys, base64 of 32 bytes each: the first seals, all open.
 * What is stored begins with a version byte and the key's id (the first 8 bytes of its SHA-256), so
 * a new key can be put in front and the old one taken away once nothing is left under its id. The
 * place where a secret belongs is sealed with it: it cannot be moved to another row.
 *
 * <p>Outside production a key derived from ADMIN_TOKEN does when none is set.
 */
@ApplicationScoped
class Sealer {
  private static final byte VERSION = 1;
  private static final int ID_BYTES = 8;
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int HEADER_BYTES = 1 + ID_BYTES;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Map<String, SecretKey> keys;

  /** For the container's proxy. */
  protected Sealer() {
    this.keys = Map.of();
  }

  @Inject
  Sealer(Settings settings) {
    this.keys = keys(settings);
  }

  /** Whether every entry of the setting is a key. */
  static boolean isValid(Settings settings) {
    try {
      configured(settings.get(ControlSettings.PERDURA_SEALING_KEYS));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Seals a text for one place.
   *
   * @param place table, column and row
   * @return null for null
   * @throws ApiException 503 {@code sealing_not_configured} without a key
   */
  byte[] seal(String text, String place) {
    if (text == null) {
      return null;
    }
    if (keys.isEmpty()) {
      throw new ApiException(
          503, "sealing_not_configured", "set PERDURA_SEALING_KEYS to store secrets");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    String id = currentKeyId();
    byte[] header = header(id);
    byte[] sealed = run(Cipher.ENCRYPT_MODE, id, nonce, aad(header, place), Hashes.utf8(text));
    return ByteBuffer.allocate(HEADER_BYTES + NONCE_BYTES + sealed.length)
        .put(header)
        .put(nonce)
        .put(sealed)
        .array();
  }

  /**
   * Opens what {@link #seal} returned for the same place.
   *
   * @throws IllegalStateException when its key is gone, or it was changed or moved
   */
  String open(byte[] stored, String place) {
    if (stored == null) {
      return null;
    }
    byte[] header = Arrays.copyOf(stored, HEADER_BYTES);
    byte[] nonce = Arrays.copyOfRange(stored, HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
    byte[] sealed = Arrays.copyOfRange(stored, HEADER_BYTES + NONCE_BYTES, stored.length);
    String id = HexFormat.of().formatHex(header, 1, HEADER_BYTES);
    return new String(
        run(Cipher.DECRYPT_MODE, id, nonce, aad(header, place), sealed), StandardCharsets.UTF_8);
  }

  /** Whether the newest key sealed it; null counts. */
  boolean isCurrent(byte[] stored) {
    return stored == null
        || keys.isEmpty()
        || Arrays.equals(Arrays.copyOf(stored, HEADER_BYTES), header(currentKeyId()));
  }

  /** Returns how everything that the newest key sealed begins; null without a key. */
  byte[] currentHeader() {
    return keys.isEmpty() ? null : header(currentKeyId());
  }

  private String currentKeyId() {
    return keys.keySet().iterator().next();
  }

  private byte[] run(int mode, String id, byte[] nonce, byte[] aad, byte[] input) {
    SecretKey key = keys.get(id);
    if (key == null) {
      throw new IllegalStateException("no sealing key " + id + " is configured");
    }
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(aad);
      return cipher.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what key " + id + " sealed cannot be opened", e);
    }
  }

  private static byte[] header(String id) {
    return ByteBuffer.allocate(HEADER_BYTES).put(VERSION).put(HexFormat.of().parseHex(id)).array();
  }

  private static byte[] aad(byte[] header, String place) {
    byte[] where = Hashes.utf8(place);
    return ByteBuffer.allocate(header.length + where.length).put(header).put(where).array();
  }

  private static Map<String, SecretKey> keys(Settings settings) {
    Map<String, SecretKey> keys = configured(settings.get(ControlSettings.PERDURA_SEALING_KEYS));
    String token = settings.get(AccessSettings.ADMIN_TOKEN);
    if (keys.isEmpty() && token != null && !settings.isProduction()) {
      put(keys, Hashes.sha256(Hashes.utf8("perdura sealing key:" + token)));
    }
    return keys;
  }

  private static Map<String, SecretKey> configured(String list) {
    Map<String, SecretKey> keys = new LinkedHashMap<>();
    if (list != null) {
      for (String entry : list.split(",")) {
        byte[] key = Base64.getDecoder().decode(entry.trim());
        if (key.length != KEY_BYTES) {
          throw new IllegalArgumentException("a sealing key has " + KEY_BYTES + " bytes");
        }
        put(keys, key);
      }
    }
    return keys;
  }

  private static void put(Map<String, SecretKey> keys, byte[] key) {
    String id = HexFormat.of().formatHex(Arrays.copyOf(Hashes.sha256(key), ID_BYTES));
    keys.put(id, new SecretKeySpec(key, "AES"));
  }
}
