package io.perdura.embedding;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * bge-small-en-v1.5, quantized to 8 bits, on ONNX Runtime in this process.
 *
 * <p>Texts are run one at a time although the model could take many: its quantization scales each
 * tensor by the largest value in the batch, so that a text's vector would depend on its neighbours
 * (cosine 0.995 to itself), and on a CPU a batch gains little. One thread a text and no spinning,
 * so that many texts at once scale by cores.
 *
 * <p>Memory: a long text needs up to 40 MB while it runs (attention grows with the square of the
 * length), so that few of them run at once; the arena keeps that peak and reuses it, where plain
 * malloc, measured, splinters and grows to twice as much.
 */
final class LocalModel implements SentenceModel {
  static final int DIMENSION = 384;
  static final String NAME = "local:bge-small-en-v1.5-q";
  static final String QUERY_PREFIX = "Represent this sentence for searching relevant passages: ";
  static final String SHA256 = "6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4";
  static final EmbeddingModel FACTS =
      new EmbeddingModel(
          NAME, Optional.of("1.5-q"), DIMENSION, Optional.of(SHA256), Optional.of("MIT"));

  /** What the model was trained for; of a longer text the rest is cut. */
  static final int MAX_TOKENS = 512;

  private static final String TOKENIZER = "bge-small-en-v1.5-q-tokenizer.json";

  /** Texts of more tokens than this count as long. */
  private static final int LONG_TOKENS = 128;

  private static final LongBuffer ONES = constant(1);
  private static final LongBuffer ZEROS = constant(0);

  private final WordPiece pieces;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Semaphore longPlaces;

  private LocalModel(
      WordPiece pieces, OrtEnvironment environment, OrtSession session, int longTexts) {
    this.pieces = pieces;
    this.environment = environment;
    this.session = session;
    this.longPlaces = new Semaphore(longTexts, true);
  }

  /**
   * Loads the model from the class path; takes about a second.
   *
   * @param longTexts how many long texts may run at once; others wait their turn
   */
  static SentenceModel load(int longTexts) throws IOException, OrtException {
    WordPiece pieces;
    try (var tokenizer = LocalModelFiles.open(TOKENIZER)) {
      pieces = WordPiece.read(tokenizer);
    }
    try (LocalModelFiles files = LocalModelFiles.extract(SHA256);
        OrtSession.SessionOptions options = options()) {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "perdura");
      OrtSession session = environment.createSession(files.model().toString(), options);
      return new LocalModel(pieces, environment, session, longTexts);
    }
  }

  private static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.setMemoryPatternOptimization(false); // would plan anew for each length of text
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.addConfigEntry("session.use_device_allocator_for_initializers", "1");
    return options;
  }

  @Override
  public float[] embed(String text) {
    long[] ids = pieces.encode(text, MAX_TOKENS);
    if (ids.length <= LONG_TOKENS) {
      return run(ids);
    }
    longPlaces.acquireUninterruptibly();
    try {
      return run(ids);
    } finally {
      longPlaces.release();
    }
  }

  private float[] run(long[] ids) {
    long[] shape = {1, ids.length};
    try (OnnxTensor input = OnnxTensor.createTensor(environment, direct(ids), shape);
        OnnxTensor mask = OnnxTensor.createTensor(environment, first(ONES, ids.length), shape);
        OnnxTensor types = OnnxTensor.createTensor(environment, first(ZEROS, ids.length), shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
      return unit(((OnnxTensor) result.get(0)).getFloatBuffer());
    } catch (OrtException e) {
      throw EmbeddingFailure.unavailable(0, "the local model failed: " + e.getMessage(), e);
    }
  }

  /** The model's answer is the state of its first token, scaled to length 1. */
  private static float[] unit(FloatBuffer states) {
    float[] vector = new float[DIMENSION];
    states.get(vector);
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double length = Math.sqrt(squares);
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  private static LongBuffer direct(long[] values) {
    return buffer(values.length).put(values).flip();
  }

  private static LongBuffer first(LongBuffer all, int count) {
    return all.duplicate().limit(count);
  }

  private static LongBuffer constant(long value) {
    LongBuffer buffer = buffer(MAX_TOKENS);
    while (buffer.hasRemaining()) {
      buffer.put(value);
    }
    return buffer.flip();
  }

  private static LongBuffer buffer(int longs) {
    return ByteBuffer.allocateDirect(longs * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .asLongBuffer();
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("the local model could not be freed", e);
    }
  }
}
