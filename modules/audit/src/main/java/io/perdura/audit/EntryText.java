package io.perdura.audit;

import com.fasterxml.jackson.core.JsonGenerator;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TextRules;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The texts of a row. What is hashed is stored as it was hashed, so there is no canonical form to
 * agree on: the bytes are the form.
 *
 * <pre>
 * entry     {"id", "v":1, "at", "call", "status", "ms", "commit"?, "changes"?, "dropped"?,
 *            "personal", "spool", "seq" | "after"}
 * personal  {"salt", "principal"?, "agent"?, "team"?, "ip"?, "request_id"?, "tenant"?, "scope"?,
 *            "body_sha256"?}
 * </pre>
 *
 * <p>{@code personal} of the entry is the SHA-256 of the personal text. The salt keeps it from
 * being guessed once that text is gone.
 */
final class EntryText {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SALT_BYTES = 16;
  private static final int LONGEST = 200;

  private final String key;
  private final String head;
  private final String personal;

  private EntryText(String key, String head, String personal) {
    this.key = key;
    this.head = head;
    this.personal = personal;
  }

  static EntryText of(CallFacts facts, Caller caller) {
    String key = "{\"id\":\"" + facts.id() + "\",";
    String personal = personal(caller);
    StringWriter out = new StringWriter(320);
    try (JsonGenerator json = Jsons.MAPPER.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("id", facts.id().toString());
      json.writeNumberField("v", 1);
      json.writeStringField("at", facts.at().toString());
      json.writeStringField("call", facts.call());
      json.writeNumberField("status", facts.status());
      json.writeNumberField("ms", Math.round(facts.elapsedMs() * 10) / 10.0);
      optional(json, "commit", facts.commitId());
      if (!facts.changes().isEmpty()) {
        json.writeArrayFieldStart("changes");
        for (String change : facts.changes()) {
          json.writeString(change);
        }
        json.writeEndArray();
      }
      if (facts.dropped() > 0) {
        json.writeNumberField("dropped", facts.dropped());
      }
      json.writeStringField("personal", Hashes.sha256Hex(personal));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string takes any JSON", e);
    }
    String entry = out.toString();
    return new EntryText(key, entry.substring(0, entry.length() - 1), personal);
  }

  /** What the entry begins with and no other's does. */
  String key() {
    return key;
  }

  String personal() {
    return personal;
  }

  /** The entry of a row that went to the database when the spool held {@code after} rows. */
  String committed(String stream, long after) {
    return end(stream, "after", after);
  }

  /** The entry of a row that is number {@code seq} of its spool. */
  String spooled(String stream, long seq) {
    return end(stream, "seq", seq);
  }

  private String end(String stream, String name, long number) {
    return head + ",\"spool\":\"" + stream + "\",\"" + name + "\":" + number + "}";
  }

  private static String personal(Caller caller) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    StringWriter out = new StringWriter(320);
    try (JsonGenerator json = Jsons.MAPPER.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("salt", HexFormat.of().formatHex(salt));
      optional(json, "principal", caller.principal());
      optional(json, "agent", caller.agent());
      optional(json, "team", caller.team());
      optional(json, "ip", caller.address());
      optional(json, "request_id", caller.requestId());
      optional(json, "tenant", caller.tenant());
      optional(json, "scope", caller.scope());
      optional(json, "body_sha256", caller.bodySha256());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string takes any JSON", e);
    }
    return out.toString();
  }

  private static void optional(JsonGenerator json, String name, String value) throws IOException {
    if (value != null) {
      String shown = value.length() <= LONGEST ? value : value.substring(0, LONGEST);
      json.writeStringField(name, TextRules.wellFormed(shown));
    }
  }
}
