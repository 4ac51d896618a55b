package io.perdura.cli.demo;

import java.util.List;

/**
 * Something worth remembering and a question that asks for it in other words.
 *
 * @param key names the fact in requests and reports
 * @param text what is written
 * @param question shares no telling word with the text
 */
record Fact(String key, String text, String question) {
  /** Written in one session, asked for from another. */
  static final List<Fact> ALL =
      List.of(
          new Fact(
              "allergy",
              "Marta gets a dangerous reaction from walnuts, so dessert orders must leave them out.",
              "Who has a food allergy we need to watch?"),
          new Fact(
              "staging-move",
              "The staging cluster was moved from Frankfurt to Warsaw because the racks overheated.",
              "Why did the pre-production environment change its data centre?"),
          new Fact(
              "invoices",
              "Nordwind Shipping wants every bill issued in Danish kroner, never in euros.",
              "In what currency should we charge the shipping company?"),
          new Fact(
              "releases",
              "We never deploy on Friday afternoons since the outage that cost us a weekend.",
              "When is it forbidden to ship a new version?"),
          new Fact(
              "spare-key",
              "The replacement office key hangs behind the framed map next to the kitchen door.",
              "I am locked out of the building, where can I find another one to get in?"));
}
