package io.perdura.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The trail as JSON lines that can be verified without the database: each chain's anchor, its rows,
 * its end.
 */
public final class AuditExport {
  private static final HexFormat HEX = HexFormat.of();

  private AuditExport() {}

  /**
   * Writes all chains, or one, as one snapshot shows them.
   *
   * @param only the chain's name; null = all
   * @return how many rows were written
   */
  public static long write(Connection connection, String only, Writer out)
      throws SQLException, IOException {
    connection.setAutoCommit(false);
    connection.setReadOnly(true);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    long[] rows = {0};
    try {
      for (TrailSql.Chain chain : TrailSql.chains(connection, only)) {
        line(
            out,
            Jsons.object()
                .put("type", "chain")
                .put("chain", chain.name())
                .put("anchor_seq", chain.anchorSeq())
                .put("anchor_hash", HEX.formatHex(chain.anchorHash())));
        TrailSql.rows(
            connection,
            chain.name(),
            row -> {
              rows[0]++;
              line(out, row(chain.name(), row));
            });
        line(
            out,
            Jsons.object()
                .put("type", "head")
                .put("chain", chain.name())
                .put("seq", chain.headSeq())
                .put("hash", HEX.formatHex(chain.headHash())));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      connection.rollback();
    }
    return rows[0];
  }

  private static ObjectNode row(String chain, ChainCheck.Row row) {
    return Jsons.object()
        .put("type", "row")
        .put("chain", chain)
        .put("seq", row.seq())
        .put("recorded_at_us", row.recordedMicros())
        .put("entry", row.entry())
        .put("personal", row.personal())
        .put("prev_hash", HEX.formatHex(row.previous()))
        .put("hash", HEX.formatHex(row.hash()));
  }

  private static void line(Writer out, ObjectNode line) {
    try {
      out.write(Jsons.text(line));
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Verifies an export.
   *
   * @return like {@link AuditVerifier#verify}, without what only the database knows
   */
  public static ObjectNode verify(BufferedReader in) throws IOException {
    ArrayNode broken = Jsons.array();
    ChainCheck check = null;
    String chain = null;
    long chains = 0;
    long rows = 0;
    for (String text = in.readLine(); text != null; text = in.readLine()) {
      JsonNode line = Jsons.MAPPER.readTree(text);
      switch (line.path("type").asText()) {
        case "chain" -> {
          unfinished(broken, chain, check);
          chains++;
          chain = line.get("chain").asText();
          check = new ChainCheck(chain, line.get("anchor_seq").asLong(), hash(line, "anchor_hash"));
        }
        case "row" -> {
          rows++;
          if (check == null || !line.get("chain").asText().equals(chain)) {
            throw new IOException("row " + rows + " stands outside of its chain");
          }
          check.next(
              new ChainCheck.Row(
                  line.get("seq").asLong(),
                  line.get("recorded_at_us").asLong(),
                  line.get("entry").asText(),
                  line.path("personal").textValue(),
                  hash(line, "prev_hash"),
                  hash(line, "hash")));
        }
        case "head" -> {
          if (check == null || !line.get("chain").asText().equals(chain)) {
            throw new IOException("an end without its chain: " + line.get("chain").asText());
          }
          check.end(line.get("seq").asLong(), hash(line, "hash"));
          add(broken, chain, check);
          check = null;
        }
        default -> throw new IOException("this is no export of the audit trail");
      }
    }
    unfinished(broken, chain, check);
    ObjectNode report = Jsons.object().put("ok", broken.isEmpty());
    report.put("chains", chains).put("rows", rows);
    report.set("first_broken", broken.isEmpty() ? Jsons.MAPPER.nullNode() : broken.get(0));
    report.set("broken", broken);
    return report;
  }

  /** A chain whose end is missing was cut off. */
  private static void unfinished(ArrayNode broken, String chain, ChainCheck check) {
    if (check != null) {
      check.end(Long.MAX_VALUE, ChainHash.first());
      add(broken, chain, check);
    }
  }

  private static void add(ArrayNode broken, String chain, ChainCheck check) {
    if (check.fault() != null) {
      broken
          .addObject()
          .put("chain", chain)
          .put("seq", check.faultSeq())
          .put("fault", check.fault().name().toLowerCase(Locale.ROOT));
    }
  }

  private static byte[] hash(JsonNode line, String field) {
    return HEX.parseHex(line.get(field).asText());
  }
}
