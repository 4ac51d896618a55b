package io.perdura.memory;

import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Tx;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Erases single nodes. The long look through the commits happens while others write; only what was
 * written meanwhile, and the nodes themselves, are dealt with behind the fence.
 */
final class ErasureOfNodes {
  private static final int DOCUMENTS = 500;
  private static final int COMMIT_PAGE = 2_000;

  /** No transaction that stores a commit lasts as long. */
  private static final long LONGEST_WRITE_MINUTES = 5;

  private final ErasureRun run;
  private final ScopeKey scope;
  private final Supplier<Map<UUID, String>> finder;

  /**
   * Prepares an erasure.
   *
   * @param finder looks up the nodes, id and client id of each, in the order in which they may go
   */
  ErasureOfNodes(ErasureRun run, ScopeKey scope, Supplier<Map<UUID, String>> finder) {
    this.run = run;
    this.scope = scope;
    this.finder = finder;
  }

  void erase() {
    Map<UUID, String> nodes = find();
    if (nodes.isEmpty()) {
      return;
    }
    var writtenSince = run.erasure().requestedAt().minusMinutes(LONGEST_WRITE_MINUTES);
    stripOutbox(nodes);
    String progress = run.progress();
    UUID after = progress == null ? null : UUID.fromString(progress);
    do {
      UUID from = after;
      after = run.step((tx, removed) -> stripCommitPage(tx, removed, nodes, from));
    } while (after != null);

    run.enclose(scope.key());
    Map<UUID, String> all = find();
    stripOutbox(all);
    boolean clean;
    do {
      clean =
          run.step(
              (tx, removed) -> eraser(tx, removed).stripCommitsSince(all, writtenSince, DOCUMENTS));
    } while (!clean);
    run.step((tx, removed) -> {
      eraser(tx, removed).forgetAnswers(all.keySet());
      return null;
    });
    List<UUID> ids = List.copyOf(all.keySet());
    for (int from = 0; from < ids.size(); from += run.chunk()) {
      List<UUID> part = ids.subList(from, Math.min(ids.size(), from + run.chunk()));
      run.step((tx, removed) -> {
        delete(tx, removed, part);
        return null;
      });
    }
    run.open();
  }

  /** Summaries of the nodes go with them, and before them: they are found by their edges. */
  private Map<UUID, String> find() {
    Map<UUID, String> nodes = finder.get();
    if (nodes.isEmpty()) {
      return nodes;
    }
    Map<UUID, String> all =
        new LinkedHashMap<>(
            run.step((tx, removed) -> eraser(tx, removed).rollupsOf(nodes.keySet())));
    all.putAll(nodes);
    return all;
  }

  private void stripOutbox(Map<UUID, String> nodes) {
    boolean clean;
    do {
      clean = run.step((tx, removed) -> eraser(tx, removed).stripOutbox(nodes, DOCUMENTS));
    } while (!clean);
  }

  private UUID stripCommitPage(Tx tx, Removed removed, Map<UUID, String> nodes, UUID from)
      throws SQLException {
    UUID last = eraser(tx, removed).stripCommits(nodes, from, COMMIT_PAGE);
    if (last != null) {
      new ErasureLedger(tx.connection()).advance(run.erasure(), last.toString());
    }
    return last;
  }

  private void delete(Tx tx, Removed removed, List<UUID> ids) throws SQLException {
    NodeEraser eraser = eraser(tx, removed);
    List<UUID> topics = eraser.topicsOf(ids);
    List<UUID> changed = new ArrayList<>(ids);
    changed.addAll(topics);
    eraser.lock(changed);
    eraser.delete(ids);
    TopicRepair repair = new TopicRepair(tx.connection());
    List<UUID> empty = new ArrayList<>();
    for (UUID topic : topics) {
      if (repair.rebuild(topic)) {
        removed.add("topics_rebuilt", 1);
      } else {
        empty.add(topic);
      }
    }
    if (!empty.isEmpty()) {
      eraser.delete(empty);
    }
    run.announce(tx, scope, changed);
  }

  private NodeEraser eraser(Tx tx, Removed removed) {
    return new NodeEraser(tx.connection(), scope, removed);
  }
}
