package io.perdura.cli.demo;

import java.util.List;

/**
 * Something worth remembering and a question that asks for it in other words.
 *
 * @param key names the fact in requests and reports
 * @param text what is written
 * @param question asks for it in other words
 */
record Fact(String key, String text, String question) {
  /** Written in one session, asked for from another. */
  static final List<Fact> ALL =
      List.of(
          new Fact(
              "allergy",
              "Marta is allergic to walnuts and pecans.",
              "Which colleague gets sick from nuts?"),
          new Fact(
              "staging-move",
              "The staging servers were moved from Frankfurt to Warsaw after the cooling had failed.",
              "Which hardware was relocated to Poland because of overheating?"),
          new Fact(
              "invoices",
              "Nordwind Shipping wants every invoice in Danish kroner instead of euros.",
              "Which client has to be charged in the money of Denmark?"),
          new Fact(
              "releases",
              "Nobody may deploy on Friday afternoons, because a bad release once ruined the weekend.",
              "Which day of the week is closed for deployments?"),
          new Fact(
              "backups",
              "Once a month we restore a backup on an empty machine to prove that it works.",
              "How do we know that our backups are any good?"));
}
