package io.perdura.embedding;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Splits text into the word pieces of an uncased BERT vocabulary, as the model was trained to see
 * it: cleaned, lower case without accents, split at white space, punctuation and CJK characters,
 * then matched longest first.
 *
 * <p>Text that spells a control token ({@code [SEP]}) is ordinary text here: a stored memory cannot
 * talk to the model out of band. Immutable and thread-safe.
 */
final class WordPiece {
  private static final int MAX_WORD_LENGTH = 100;
  private static final String CONTINUATION = "##";

  private final Map<String, Integer> vocabulary;
  private final int unknown;
  private final int start;
  private final int end;

  WordPiece(Map<String, Integer> vocabulary) {
    this.vocabulary = vocabulary;
    this.unknown = require("[UNK]");
    this.start = require("[CLS]");
    this.end = require("[SEP]");
  }

  /** Reads the vocabulary ({@code model.vocab}) out of a tokenizer.json document. */
  static WordPiece read(InputStream tokenizerJson) throws IOException {
    try (JsonParser parser = Jsons.MAPPER.createParser(tokenizerJson)) {
      expect(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean model = parser.currentName().equals("model");
        parser.nextToken();
        if (model) {
          return new WordPiece(readVocabulary(parser));
        }
        parser.skipChildren();
      }
    }
    throw new IOException("the tokenizer document has no model");
  }

  private static Map<String, Integer> readVocabulary(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean vocabulary = parser.currentName().equals("vocab");
      parser.nextToken();
      if (vocabulary) {
        Map<String, Integer> pieces = HashMap.newHashMap(32_768);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String piece = parser.currentName();
          expect(parser.nextToken() == JsonToken.VALUE_NUMBER_INT);
          pieces.put(piece, parser.getIntValue());
        }
        return pieces;
      }
      parser.skipChildren();
    }
    throw new IOException("the tokenizer document has no vocabulary");
  }

  private static void expect(boolean condition) throws IOException {
    if (!condition) {
      throw new IOException("the tokenizer document is not of the expected form");
    }
  }

  private int require(String token) {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw new IllegalArgumentException("the vocabulary lacks " + token);
    }
    return id;
  }

  /**
   * Returns the token ids of {@code text} between start and end marker, at most {@code maxTokens}
   * of them: what does not fit is cut at the end.
   */
  long[] encode(String text, int maxTokens) {
    Pieces pieces = new Pieces(maxTokens - 2);
    String plain = normalise(text, pieces.room());
    int length = plain.length();
    int i = 0;
    while (i < length && pieces.room() > 0) {
      int c = plain.codePointAt(i);
      int next = i + Character.charCount(c);
      if (isSpace(c)) {
        i = next;
      } else if (isPunctuation(c) || isIdeograph(c)) {
        addWord(plain.substring(i, next), pieces);
        i = next;
      } else {
        while (next < length && isWordPart(plain.codePointAt(next))) {
          next += Character.charCount(plain.codePointAt(next));
        }
        addWord(plain.substring(i, next), pieces);
        i = next;
      }
    }
    return pieces.between(start, end);
  }

  /**
   * Cleans and folds the part of the text that can matter: a token takes at least one character, so
   * a text far longer than the room is cut first, leaving ample space for runs of white space.
   */
  private static String normalise(String text, int tokens) {
    long ample = 64L * (tokens + 1) + MAX_WORD_LENGTH;
    String head = text.length() > ample ? text.substring(0, (int) ample) : text;
    StringBuilder cleaned = new StringBuilder(head.length());
    head.codePoints()
        .filter(c -> c != 0xFFFD && !isControl(c))
        .forEach(c -> cleaned.appendCodePoint(isSpace(c) ? ' ' : c));
    if (isAscii(cleaned)) {
      for (int i = 0; i < cleaned.length(); i++) {
        cleaned.setCharAt(i, Character.toLowerCase(cleaned.charAt(i)));
      }
      return cleaned.toString();
    }
    StringBuilder folded = new StringBuilder(cleaned.length());
    Normalizer.normalize(cleaned, Normalizer.Form.NFD)
        .codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .forEach(c -> folded.appendCodePoint(Character.toLowerCase(c)));
    return folded.toString();
  }

  private void addWord(String word, Pieces pieces) {
    int length = word.length();
    if (length > MAX_WORD_LENGTH && word.codePointCount(0, length) > MAX_WORD_LENGTH) {
      pieces.add(unknown);
      return;
    }
    int mark = pieces.mark();
    int from = 0;
    while (from < length) {
      int to = length;
      Integer id = null;
      while (to > from) {
        String piece = word.substring(from, to);
        id = vocabulary.get(from == 0 ? piece : CONTINUATION + piece);
        if (id != null) {
          break;
        }
        to = word.offsetByCodePoints(to, -1);
      }
      if (id == null) {
        pieces.reset(mark);
        pieces.add(unknown);
        return;
      }
      pieces.add(id);
      from = to;
    }
  }

  private static boolean isAscii(CharSequence text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static boolean isWordPart(int c) {
    return !isSpace(c) && !isPunctuation(c) && !isIdeograph(c);
  }

  private static boolean isSpace(int c) {
    return c == ' '
        || (c >= '\t' && c <= '\r')
        || c == 0x85
        || Character.getType(c) == Character.SPACE_SEPARATOR
        || c == 0x2028
        || c == 0x2029;
  }

  private static boolean isControl(int c) {
    if (c == '\t' || c == '\n' || c == '\r') {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> false;
    };
  }

  private static boolean isPunctuation(int c) {
    if (c < 0x80) {
      return (c >= 33 && c <= 47)
          || (c >= 58 && c <= 64)
          || (c >= 91 && c <= 96)
          || (c >= 123 && c <= 126);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** The CJK blocks that BERT treats as words of one character. */
  private static boolean isIdeograph(int c) {
    return (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B73F)
        || (c >= 0x2B740 && c <= 0x2B81F)
        || (c >= 0x2B920 && c <= 0x2CEAF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
  }

  /** The ids found so far, never more than there is room for. */
  private static final class Pieces {
    private final long[] ids;
    private int count;
    private boolean full;

    Pieces(int room) {
      ids = new long[room];
    }

    int room() {
      return full ? 0 : ids.length - count;
    }

    int mark() {
      return count;
    }

    void reset(int mark) {
      count = mark;
      full = false;
    }

    void add(int id) {
      if (count < ids.length) {
        ids[count++] = id;
      } else {
        full = true;
      }
    }

    long[] between(int start, int end) {
      long[] all = Arrays.copyOf(new long[] {start}, count + 2);
      System.arraycopy(ids, 0, all, 1, count);
      all[count + 1] = end;
      return all;
    }
  }
}
