package io.perdura.integrity;

/** Checks over the stored vectors of a scope. */
final class VectorChecks {
  static final Source VECTORS =
      Source.of(
          "vectors",
          """
          memory_vectors v join embedding_generations g on g.id = v.generation_id join memory_nodes n on n.id = v.node_id\
          """,
          "v.generation_id = any(array(select id from embedding_generations)) and v.scope = {scope}");

  private VectorChecks() {}

  /**
   * The length of a vector, told from the size of its column where that is certain: reading a
   * million long vectors back only to count their numbers would take minutes.
   *
   * @param pgvector whether the column is pgvector's vector, else real[]
   */
  static Check dimensionMismatch(boolean pgvector) {
    int header = pgvector ? 8 : 24;
    String dimensions =
        pgvector ? "vector_dims(v.embedding)" : "coalesce(array_length(v.embedding, 1), 0)";
    String differs =
        """
        case
          when pg_column_compression(v.embedding) is null and pg_column_toast_chunk_id(v.embedding) is null
            and pg_column_size(v.embedding) in (%1$d + 4 * g.dimension, %1$d - 3 + 4 * g.dimension) then false
          when pg_column_compression(v.embedding) is null and pg_column_toast_chunk_id(v.embedding) is not null
            and pg_column_size(v.embedding) = %1$d - 4 + 4 * g.dimension then false
          else %2$s <> g.dimension end\
        """
            .formatted(header, dimensions);
    return Check.error(
        "embedding_dim_mismatch",
        VECTORS,
        differs,
        "v.node_id as id, v.type, "
            + dimensions
            + " as dims, g.dimension as expected_dims, g.model",
        "n.updated_at desc, v.node_id");
  }

  /** A search filters by the copies: where they are stale it shows what it must not, or misses. */
  static Check staleCopy() {
    return Check.error(
            "vector_copy_stale",
            VECTORS,
            """
            (v.scope, v.type, v.memory_lane, v.owner_agent_id, v.owner_team_id, v.eligible) is distinct from
              (n.scope, n.type, n.memory_lane, n.owner_agent_id, n.owner_team_id,
               n.tier in ('hot', 'warm') and n.embedding_status = 'ready')\
            """,
            """
            v.node_id as id, v.generation_id, v.scope as vector_scope, n.scope, v.type as vector_type, n.type,
              v.memory_lane as vector_lane, n.memory_lane, v.owner_agent_id as vector_owner_agent_id, n.owner_agent_id,
              v.owner_team_id as vector_owner_team_id, n.owner_team_id, v.eligible, n.tier, n.embedding_status\
            """,
            "n.updated_at desc, v.node_id")
        .asOwn();
  }
}
