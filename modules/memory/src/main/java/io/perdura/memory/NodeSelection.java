package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The nodes that a maintenance call names, and why: ids and client_ids without repetition, and the
 * hash of its input (contract, section 8).
 */
final class NodeSelection {
  private static final int MAX_IDS = 200;

  final List<UUID> nodeIds;

  /** Trimmed client ids with the id that each has in the scope. */
  final Map<String, UUID> clientIds = new LinkedHashMap<>();

  final String inputSha;

  private NodeSelection(List<UUID> nodeIds, String inputSha) {
    this.nodeIds = nodeIds;
    this.inputSha = inputSha;
  }

  /** What was sent, before the scope is known. */
  static final class Raw {
    private final List<UUID> nodeIds;
    private final List<String> clientIds;
    private final String inputText;
    private final String inputSha256;

    /** Reads the fields of the selection. */
    Raw(Fields body) {
      nodeIds = body.optUuids("node_ids", 1, MAX_IDS);
      clientIds = body.optStrings("client_ids", 1, MAX_IDS, 1);
      inputText = body.optString("input_text");
      inputSha256 = body.optSha256("input_sha256");
    }

    /** Adds the rules over several fields. */
    void checkRules(Fields body) {
      body.rule(nodeIds != null || clientIds != null, "must set node_ids or client_ids");
      body.rule(inputText != null || inputSha256 != null, "must set input_text or input_sha256");
    }

    NodeSelection in(ScopeKey scope, Settings settings) {
      Set<UUID> ids = new LinkedHashSet<>(nodeIds == null ? List.of() : nodeIds);
      NodeSelection selection = new NodeSelection(List.copyOf(ids), inputSha(settings));
      for (String clientId : clientIds == null ? List.<String>of() : clientIds) {
        String trimmed = Faults.storable("client_ids", TextRules.trimToNull(clientId));
        if (trimmed != null) {
          selection.clientIds.put(trimmed, PreparedNode.nodeId(scope.key(), trimmed));
        }
      }
      return selection;
    }

    private String inputSha(Settings settings) {
      if (inputText == null) {
        return inputSha256;
      }
      String normal = TextRules.normalise(inputText, settings.get(CoreSettings.MAX_TEXT_LEN));
      if (normal.isEmpty()) {
        throw Faults.blank("input_text");
      }
      String processed = new Redaction(settings.get(CoreSettings.PII_REDACTION)).redact(normal);
      return inputSha256 == null ? CommitHash.ofInput(processed) : inputSha256;
    }
  }

  /** Every id to look for. */
  Set<UUID> candidates() {
    Set<UUID> ids = new LinkedHashSet<>(nodeIds);
    ids.addAll(clientIds.values());
    return ids;
  }

  /**
   * Compares what was asked for with what was found.
   *
   * @param found the nodes of the scope that the caller may touch, with their client_id or null
   * @param code machine code of the refusal when nothing at all is resolved
   */
  Resolution resolve(Map<UUID, String> found, String code) {
    Map<String, UUID> byClient = new LinkedHashMap<>();
    List<String> missingClientIds = new ArrayList<>();
    clientIds.forEach((clientId, id) -> {
      if (clientId.equals(found.get(id))) {
        byClient.put(clientId, id);
      } else {
        missingClientIds.add(clientId);
      }
    });
    Set<UUID> resolved = new LinkedHashSet<>(nodeIds);
    resolved.addAll(byClient.values());
    if (resolved.isEmpty()) {
      throw ApiException.badRequest(code, "none of the client_ids exists in this scope", null);
    }
    List<UUID> present = resolved.stream().filter(found::containsKey).toList();
    List<UUID> missing = resolved.stream().filter(id -> !found.containsKey(id)).toList();
    return new Resolution(List.copyOf(resolved), byClient, present, missing, missingClientIds);
  }

  /**
   * The outcome of looking up a selection; all lists in request order.
   *
   * @param resolved ids asked for by id, known or not, and ids found by client_id
   */
  record Resolution(
      List<UUID> resolved,
      Map<String, UUID> byClient,
      List<UUID> present,
      List<UUID> missing,
      List<String> missingClientIds) {}

  /** Adds what was requested, resolved and missing, as a commit's diff has it. */
  void describe(ObjectNode diff, Resolution resolution) {
    ObjectNode requested = diff.putObject("requested");
    requested.set("node_ids", ids(nodeIds));
    ArrayNode names = requested.putArray("client_ids");
    clientIds.keySet().forEach(names::add);
    ArrayNode byClient = diff.putArray("resolved_by_client");
    resolution.byClient.forEach((clientId, id) ->
        byClient.addObject().put("client_id", clientId).put("node_id", id.toString()));
  }

  static ArrayNode ids(List<UUID> ids) {
    ArrayNode list = Jsons.array();
    ids.forEach(id -> list.add(id.toString()));
    return list;
  }

  static ArrayNode texts(List<String> texts) {
    ArrayNode list = Jsons.array();
    texts.forEach(list::add);
    return list;
  }
}
