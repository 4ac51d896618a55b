package io.perdura.sdk.generator;

import java.util.Locale;
import java.util.Set;

/** Names of the document as names of Java. */
final class Names {
  private static final Set<String> TAKEN =
      Set.of(
          "abstract",
          "assert",
          "boolean",
          "break",
          "byte",
          "case",
          "catch",
          "char",
          "class",
          "const",
          "continue",
          "default",
          "do",
          "double",
          "else",
          "enum",
          "extends",
          "final",
          "finally",
          "float",
          "for",
          "goto",
          "if",
          "implements",
          "import",
          "instanceof",
          "int",
          "interface",
          "long",
          "native",
          "new",
          "package",
          "private",
          "protected",
          "public",
          "return",
          "short",
          "static",
          "strictfp",
          "super",
          "switch",
          "synchronized",
          "this",
          "throw",
          "throws",
          "transient",
          "try",
          "void",
          "volatile",
          "while",
          "true",
          "false",
          "null",
          "additional");

  private Names() {}

  /** {@code memory_lane} becomes {@code MemoryLane}. */
  static String type(String name) {
    StringBuilder out = new StringBuilder();
    for (String part : name.split("[^A-Za-z0-9]+")) {
      if (!part.isEmpty()) {
        out.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
      }
    }
    return out.toString();
  }

  /** {@code memory_lane} becomes {@code memoryLane}; a word of the language gets a line below. */
  static String field(String name) {
    String type = type(name);
    String field = Character.toLowerCase(type.charAt(0)) + type.substring(1);
    return TAKEN.contains(field) ? field + "_" : field;
  }

  /** {@code self-model} becomes {@code SELF_MODEL}. */
  static String constant(String value) {
    String constant = value.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
    return Character.isDigit(constant.charAt(0)) ? "_" + constant : constant;
  }

  /** Text of the document for a comment. */
  static String comment(String text) {
    return text.strip()
        .replaceAll("\\s+", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("@", "&#64;")
        .replace("*/", "*&#47;")
        .replaceAll("`([^`]*)`", "<code>$1</code>");
  }
}
