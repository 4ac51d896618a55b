package io.perdura.client;

import io.perdura.client.model.FindAnswer;
import io.perdura.client.model.FindRequest;
import io.perdura.client.model.FoundNode;
import io.perdura.client.model.RecallAnswer;
import io.perdura.client.model.RecallRequest;
import io.perdura.client.model.RecallTextRequest;
import io.perdura.client.model.WriteAnswer;
import io.perdura.client.model.WriteRequest;

/** Write, find and recall. */
public final class Memory {
  private final Perdura client;

  Memory(Perdura client) {
    this.client = client;
  }

  /** Write nodes and edges as one commit: <code>write</code>. */
  public Call<WriteAnswer> write(WriteRequest request) {
    return client.call(Operation.WRITE, WriteAnswer.class).body(request);
  }

  /** Find nodes by exact filters, newest first: <code>find</code>. */
  public Call<FindAnswer> find(FindRequest request) {
    return client.call(Operation.FIND, FindAnswer.class).body(request);
  }

  /** Recall by a query vector: <code>recall</code>. */
  public Call<RecallAnswer> recall(RecallRequest request) {
    return client.call(Operation.RECALL, RecallAnswer.class).body(request);
  }

  /** Recall by a question in words: <code>recallText</code>. */
  public Call<RecallAnswer> recallText(RecallTextRequest request) {
    return client.call(Operation.RECALL_TEXT, RecallAnswer.class).body(request);
  }

  /** All pages of {@link #find}. */
  public Paged<FoundNode> findAll(FindRequest request) {
    return Pages.whileMore(
        Json.properties(request),
        wish -> client.call(Operation.FIND, FindAnswer.class).body(wish).get(),
        FindAnswer::getNodes,
        page -> page.getPage().getHasMore());
  }
}
