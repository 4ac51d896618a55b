package io.perdura.integrity;

import java.util.List;

/** Checks over the chain of a scope's commits; only Perdura has them. */
final class ChainChecks {
  /** Its rows are looked at one by one, in Java. */
  static final Source HASHES = Source.of("commit hashes", "");

  private static final Source PARENTS =
      Source.of(
          "parents of commits",
          """
          (select c.id, c.parent_id, c.kind, c.created_at, p.scope as parent_scope
          from memory_commits c join memory_commits p on p.id = c.parent_id
          where c.scope = {scope} and p.scope <> c.scope) c\
          """);

  /** Callers may name any parent; jobs and maintenance take turns, so no two have the same. */
  private static final Source FORKS =
      Source.of(
          "forks of the chain",
          """
          (select c.parent_id, count(*) as children, min(c.created_at) as created_at
          from memory_commits c where c.scope = {scope} and c.kind is not null and c.parent_id is not null
          group by c.parent_id having count(*) > 1) f\
          """);

  static final Check HASH_MISMATCH =
      Check.error("commit_hash_mismatch", HASHES, "false", "", "").asOwn();

  private ChainChecks() {}

  static List<Check> own() {
    return List.of(
        HASH_MISMATCH,
        Check.warning(
                "commit_chain_fork",
                FORKS,
                "true",
                "f.parent_id, f.children, f.created_at",
                "f.created_at desc, f.parent_id")
            .asOwn(),
        Check.error(
                "commit_parent_in_other_scope",
                PARENTS,
                "true",
                "c.id, c.parent_id, c.kind, c.parent_scope, c.created_at",
                "c.created_at desc, c.id")
            .asOwn());
  }
}
