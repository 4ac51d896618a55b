package io.perdura.access;

import java.util.List;

/** Token buckets, wherever they are kept. */
interface Buckets {
  /**
   * Takes one token of each bucket, in order, up to the first that has none; that one and those
   * after it are left as they are.
   */
  Decision charge(List<Bucket> buckets);
}
