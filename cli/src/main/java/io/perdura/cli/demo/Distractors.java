package io.perdura.cli.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * Sentences that a team's memory is full of, none of which answers a question of the demo.
 *
 * <p>A part of them is close to the facts on purpose: other people's tastes, other moves of other
 * systems, other customers' wishes. The list is the same on every run.
 */
final class Distractors {
  static final int COUNT = 240;

  private static final List<String> NAMES =
      List.of(
          "Anselm", "Birgit", "Cem", "Dalia", "Edgar", "Farah", "Goran", "Hanna", "Idris", "Jelena",
          "Kofi", "Leonie", "Milan", "Noor", "Oskar", "Petra", "Quentin");

  private static final List<String> HABITS =
      List.of(
          "prefers green tea to coffee in the morning",
          "is learning to play the cello",
          "cycles to work even when it rains",
          "likes spicy noodles for lunch",
          "collects stamps from island nations",
          "reads release notes before breakfast",
          "keeps three cactuses on the desk",
          "would rather have meetings before noon",
          "is training for a half marathon",
          "speaks Portuguese at home",
          "orders a vegetarian pizza every Thursday",
          "uses a split keyboard with brown switches",
          "paints watercolours at the lake");

  private static final List<String> SYSTEMS =
      List.of(
          "search index",
          "billing database",
          "message broker",
          "mail gateway",
          "image cache",
          "reporting warehouse",
          "login service",
          "feature flag store",
          "log archive",
          "translation memory",
          "audit trail");

  private static final List<String> CHANGES =
      List.of(
          "was upgraded to the next minor version without trouble",
          "got a second replica in the same region",
          "answers ten percent faster since the index was rebuilt",
          "now keeps ninety days of history instead of thirty",
          "was restarted after a certificate had expired",
          "uses half the memory since compression is on",
          "is scheduled for a security patch next month");

  private static final List<String> CUSTOMERS =
      List.of(
          "Atlas Furniture",
          "Brightwater Clinics",
          "Cobalt Insurance",
          "Dunmore Dairy",
          "Everest Travel",
          "Fairfield Schools",
          "Granite Bank",
          "Harbour Hotels",
          "Ironbridge Steel");

  private static final List<String> WISHES =
      List.of(
          "asked for an export of all tickets as a spreadsheet",
          "wants to be called before any change of the contract",
          "needs single sign-on before the end of the quarter",
          "complained about slow answers from the help desk",
          "would like a dark theme for the dashboard",
          "renewed the licence for another two years",
          "sends its purchase orders on paper",
          "requested training for twelve new users");

  private static final List<String> PLACES =
      List.of(
          "printer on the second floor",
          "projector in the large meeting room",
          "coffee machine in the lobby",
          "bicycle shed",
          "lift in the east wing",
          "air conditioning in the workshop",
          "whiteboard in the attic");

  private static final List<String> STATES =
      List.of(
          "was repaired on Monday",
          "will be replaced in spring",
          "makes a humming noise after six",
          "has a new instruction sheet taped to it",
          "is out of order until the technician comes");

  private static final List<String> COMPONENTS =
      List.of(
          "date picker",
          "upload dialog",
          "retry loop",
          "pagination helper",
          "currency formatter",
          "tooltip",
          "session timer",
          "search box",
          "table of contents");

  private static final List<String> FINDINGS =
      List.of(
          "fails when the browser language is Turkish",
          "has a unit test that sleeps and should poll instead",
          "leaks one listener per page view",
          "was rewritten with fewer dependencies",
          "rounds half a unit the wrong way",
          "needs a keyboard shortcut for accessibility");

  private Distractors() {}

  /** The sentences, none twice, always in the same order. */
  static List<String> all() {
    List<String> sentences = new ArrayList<>(COUNT);
    for (int i = 0; sentences.size() < COUNT; i++) {
      add(sentences, pick(NAMES, i) + " " + pick(HABITS, i) + ".");
      add(sentences, "The " + pick(SYSTEMS, i) + " " + pick(CHANGES, i) + ".");
      add(sentences, pick(CUSTOMERS, i) + " " + pick(WISHES, i) + ".");
      add(sentences, "The " + pick(PLACES, i) + " " + pick(STATES, i) + ".");
      add(sentences, "The " + pick(COMPONENTS, i) + " " + pick(FINDINGS, i) + ".");
    }
    return List.copyOf(sentences);
  }

  private static void add(List<String> sentences, String sentence) {
    if (sentences.size() < COUNT && !sentences.contains(sentence)) {
      sentences.add(sentence);
    }
  }

  private static String pick(List<String> list, int i) {
    return list.get(i % list.size());
  }
}
