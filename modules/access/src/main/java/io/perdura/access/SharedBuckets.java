package io.perdura.access;

import java.util.List;

/**
 * Buckets that all servers count in together, over one connection. A call that fails in any way
 * makes the connection useless: its answer is unknown.
 */
interface SharedBuckets extends Buckets, AutoCloseable {
  /** Fails when the other side does not answer. */
  void ping();

  /** Takes what was used while this connection was away; a bucket does not go below empty. */
  void repay(List<Debt> debts);

  @Override
  void close();

  /**
   * Tokens that are owed to a bucket.
   *
   * @param bucket with the limit of the whole cluster
   */
  record Debt(Bucket bucket, long tokens) {}

  /** Makes connections. */
  interface Connector extends AutoCloseable {
    /**
     * Connects.
     *
     * @param fresh true when this process has limited nothing yet, so that buckets of a store that
     *     is new as well are full and not empty
     */
    SharedBuckets connect(boolean fresh);

    @Override
    void close();
  }
}
