package io.perdura.recall;

import io.perdura.kernel.Hashes;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/**
 * How a stored vector is a Lucene document: one field a generation, the scope and who sees it as
 * terms.
 */
final class LuceneFiles {
  static final String ID = "id";
  private static final String KEY = "key";
  private static final String PLACE = "place";
  private static final String SEEN_BY = "seen_by";
  private static final String EVERYBODY = "*";

  /**
   * Links per node and candidates while building: twice what pgvector uses, as an index in one
   * process is small.
   */
  private static final int LINKS = 16;

  private static final int BEAM = 100;

  private LuceneFiles() {}

  static Document document(VectorFeed.Row row) {
    Document document = new Document();
    document.add(new StringField(KEY, key(row.id(), row.generationId()), Field.Store.NO));
    document.add(new StoredField(ID, row.id().toString()));
    document.add(new StringField(PLACE, place(row.generationId(), row.scope()), Field.Store.NO));
    if (row.lane().equals("shared")) {
      document.add(new StringField(SEEN_BY, EVERYBODY, Field.Store.NO));
    } else {
      if (row.agentId() != null) {
        document.add(new StringField(SEEN_BY, agent(row.agentId()), Field.Store.NO));
      }
      if (row.teamId() != null) {
        document.add(new StringField(SEEN_BY, team(row.teamId()), Field.Store.NO));
      }
    }
    // Without direction it has no cosine with anything, but counts among the documents.
    if (Vectors.hasDirection(row.vector())) {
      document.add(
          new KnnFloatVectorField(
              field(row.generationId()),
              Vectors.unit(row.vector()),
              VectorSimilarityFunction.DOT_PRODUCT));
    }
    return document;
  }

  static Term term(UUID id, int generationId) {
    return new Term(KEY, key(id, generationId));
  }

  static String field(int generationId) {
    return "v" + generationId;
  }

  static Query visible(CandidateQuery query) {
    Set<BytesRef> seen = new HashSet<>();
    seen.add(new BytesRef(EVERYBODY));
    if (query.viewer().agentId() != null) {
      seen.add(new BytesRef(agent(query.viewer().agentId())));
    }
    if (query.viewer().teamId() != null) {
      seen.add(new BytesRef(team(query.viewer().teamId())));
    }
    return new BooleanQuery.Builder()
        .add(
            new TermQuery(new Term(PLACE, place(query.generationId(), query.scope()))),
            BooleanClause.Occur.FILTER)
        .add(new TermInSetQuery(SEEN_BY, seen), BooleanClause.Occur.FILTER)
        .build();
  }

  static IndexWriterConfig config() {
    return new IndexWriterConfig()
        .setCodec(new LongVectors())
        .setRAMBufferSizeMB(24)
        .setCommitOnClose(false);
  }

  private static String key(UUID id, int generationId) {
    return generationId + "/" + id;
  }

  private static String agent(String id) {
    return "a:" + Hashes.sha256Hex(id);
  }

  private static String team(String id) {
    return "t:" + Hashes.sha256Hex(id);
  }

  /** Hashed, as the owners are: a scope may be longer than a term may be. */
  private static String place(int generationId, String scope) {
    return generationId + "/" + Hashes.sha256Hex(scope);
  }

  /**
   * Lucene's own format, without its limit of 1,024 dimensions: the contract's vectors have 1,536.
   */
  private static final class LongVectors extends FilterCodec {
    LongVectors() {
      super(Codec.getDefault().getName(), Codec.getDefault());
    }

    @Override
    public KnnVectorsFormat knnVectorsFormat() {
      return new PerFieldKnnVectorsFormat() {
        @Override
        public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
          return new LongFormat();
        }
      };
    }
  }

  private static final class LongFormat extends KnnVectorsFormat {
    private static final int MOST = 16_000;
    private final KnnVectorsFormat format = new Lucene99HnswVectorsFormat(LINKS, BEAM);

    LongFormat() {
      super("Lucene99HnswVectorsFormat");
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
      return format.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
      return format.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
      return MOST;
    }
  }
}
