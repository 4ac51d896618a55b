package io.perdura.policy;

/** A text is no regular expression. */
final class RegexSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RegexSyntaxException(String message) {
    super(message);
  }
}
