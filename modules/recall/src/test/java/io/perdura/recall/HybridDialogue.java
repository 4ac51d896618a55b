package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.embedding.EmbeddingProvider;
import io.perdura.kernel.Jsons;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One conversation of the dialogue benchmark as nodes and edges of a scope, and its questions. */
final class HybridDialogue {
  private static final Pattern TURN = Pattern.compile("D\\d+:\\d+");

  final String scope;
  final List<String> texts = new ArrayList<>();
  final List<UUID> ids = new ArrayList<>();
  final List<Question> questions = new ArrayList<>();
  private final Map<String, UUID> turns = new HashMap<>();
  private List<float[]> vectors;

  /** A question and the turns that hold its answer. */
  record Question(String text, int category, Set<UUID> evidence) {
    double found(List<UUID> answers) {
      return (double) answers.stream().filter(evidence::contains).count() / evidence.size();
    }
  }

  private HybridDialogue(String scope) {
    this.scope = scope;
  }

  static HybridDialogue load(
      HybridKit kit, String scope, JsonNode conversation, EmbeddingProvider model)
      throws SQLException {
    HybridDialogue dialogue = new HybridDialogue(scope);
    Map<String, List<UUID>> spoken = new HashMap<>();
    for (int n = 1; conversation.has("session_" + n); n++) {
      dialogue.session(kit, conversation, n, spoken);
    }
    for (Map.Entry<String, List<UUID>> speaker : spoken.entrySet()) {
      UUID entity =
          kit.write(
              HybridKit.event(scope, null)
                  .as("entity")
                  .titled(speaker.getKey())
                  .at(HybridKit.START));
      kit.edges(scope, "related_to", speaker.getValue(), entity);
    }
    dialogue.vectors = model.embedDocuments(dialogue.texts);
    dialogue.readQuestions(conversation.path("qa"));
    return dialogue;
  }

  private void session(
      HybridKit kit, JsonNode conversation, int number, Map<String, List<UUID>> spoken)
      throws SQLException {
    Instant start = time(conversation.path("session_" + number + "_date_time").asText());
    String name = "s" + number;
    UUID session =
        kit.write(
            HybridKit.event(scope, "Session " + name)
                .as("topic")
                .titled("Session " + name)
                .at(start));
    List<HybridKit.Node> nodes = new ArrayList<>();
    List<String> speakers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (JsonNode turn : conversation.path("session_" + number)) {
      String text = turn.path("speaker").asText() + ": " + turn.path("text").asText();
      texts.add(text);
      names.add(turn.path("dia_id").asText());
      speakers.add(turn.path("speaker").asText());
      nodes.add(
          HybridKit.event(scope, text)
              .slots(Jsons.object().put("session_id", name).toString())
              .at(start.plusSeconds(nodes.size() + 1L)));
    }
    List<UUID> written = kit.write(nodes);
    for (int i = 0; i < written.size(); i++) {
      ids.add(written.get(i));
      turns.put(names.get(i), written.get(i));
      spoken.computeIfAbsent(speakers.get(i), key -> new ArrayList<>()).add(written.get(i));
    }
    kit.edges(scope, "part_of", written, session);
  }

  private static Instant time(String text) {
    var format =
        new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("h:mm a 'on' d MMMM, yyyy")
            .toFormatter(Locale.ENGLISH);
    return LocalDateTime.parse(text, format).toInstant(ZoneOffset.UTC);
  }

  private void readQuestions(JsonNode list) {
    for (JsonNode question : list) {
      Set<UUID> evidence = new HashSet<>();
      Matcher named = TURN.matcher(question.path("evidence").toString());
      while (named.find()) {
        evidence.add(turns.get(named.group()));
      }
      evidence.remove(null);
      if (!evidence.isEmpty()) {
        questions.add(
            new Question(
                question.path("question").asText(), question.path("category").asInt(), evidence));
      }
    }
  }

  /** Exact search, as any engine answers in a scope of this size. */
  List<Candidates.Candidate> nearest(float[] query, int limit) {
    List<Candidates.Candidate> all = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      float[] vector = vectors.get(i);
      double product = 0;
      for (int j = 0; j < vector.length; j++) {
        product += (double) vector[j] * query[j];
      }
      all.add(new Candidates.Candidate(ids.get(i), 1 - product));
    }
    all.sort(Comparator.comparingDouble(Candidates.Candidate::distance));
    return all.subList(0, Math.min(limit, all.size()));
  }
}
