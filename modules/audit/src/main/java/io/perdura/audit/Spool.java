package io.perdura.audit;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.SyncFailedException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Rows of this process that wait for the database, in files.
 *
 * <p>A row is handed to the operating system before {@link #append} returns: it outlives the
 * process, whichever way that ends. It outlives the machine once it was forced to the disk, which
 * happens at the latest after the configured time; what a lost disk held is missing in the numbers
 * of the stream, and rows that other transactions committed tell how far those had gone.
 */
final class Spool implements AutoCloseable {
  private static final long SEGMENT_BYTES = 4L * 1024 * 1024;

  /** Room comes back by whole segments, so there are several however little there is. */
  private static final int SEGMENTS = 8;

  private final SpoolFiles files;
  private final String stream;
  private final long maxBytes;
  private final boolean syncEach;
  private final SpoolFiles.Hold hold;
  // Not synchronized: the thread of a request may be a virtual one.
  private final ReentrantLock lock = new ReentrantLock();
  private RandomAccessFile file;
  private Path path;
  private long written;
  private long otherBytes;
  private volatile long last;
  private volatile boolean dirty;

  /**
   * Opens a stream of its own.
   *
   * @param maxBytes room for all streams of the directory
   * @param syncEach whether each row is forced to the disk at once
   */
  Spool(SpoolFiles files, String stream, long maxBytes, boolean syncEach) throws IOException {
    this.files = files;
    this.stream = stream;
    this.maxBytes = maxBytes;
    this.syncEach = syncEach;
    this.hold = files.hold(stream);
    if (hold == null) {
      throw new IOException("the spool " + stream + " is in use");
    }
    roll();
  }

  String stream() {
    return stream;
  }

  /** How many rows were appended so far. */
  long last() {
    return last;
  }

  /**
   * Appends a row.
   *
   * @throws SpoolFullException when there is no room
   * @throws IOException when the disk does not take it; nothing was appended then
   */
  void append(String chain, EntryText entry) throws IOException {
    lock.lock();
    try {
      long seq = last + 1;
      byte[] line = new SpoolLine(seq, chain, entry.spooled(stream, seq), entry.personal()).bytes();
      if (otherBytes + written + line.length > maxBytes) {
        otherBytes = files.bytes() - written;
        if (otherBytes + written + line.length > maxBytes) {
          throw new SpoolFullException();
        }
      }
      write(line);
      last = seq;
      dirty = !syncEach;
      if (written >= Math.min(SEGMENT_BYTES, maxBytes / SEGMENTS)) {
        roll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void write(byte[] line) throws IOException {
    boolean whole = false;
    try {
      file.write(line);
      if (syncEach) {
        file.getFD().sync();
      }
      whole = true;
      written += line.length;
    } finally {
      if (!whole) {
        file.setLength(written); // a full disk may have taken half of it
        file.seek(written);
      }
    }
  }

  private void roll() throws IOException {
    if (file != null) {
      file.getFD().sync();
      file.close();
    }
    path = files.segment(stream, last + 1);
    file = new RandomAccessFile(path.toFile(), "rw");
    written = 0;
    otherBytes = files.bytes();
  }

  /** Forces to the disk what is not there yet. */
  void sync() throws IOException {
    if (!dirty) {
      return;
    }
    dirty = false;
    FileDescriptor open;
    lock.lock();
    try {
      open = file.getFD();
    } finally {
      lock.unlock();
    }
    try {
      open.sync();
    } catch (SyncFailedException e) {
      if (open.valid()) {
        throw e; // otherwise the segment was finished meanwhile, and forced to the disk by that
      }
    }
  }

  /** How many bytes of a segment are whole rows. */
  long readable(Path segment) {
    lock.lock();
    try {
      return segment.equals(path) ? written : segment.toFile().length();
    } finally {
      lock.unlock();
    }
  }

  boolean isOpen(Path segment) {
    return segment.equals(path);
  }

  /** The lock of the stream, to be removed once everything has arrived. */
  SpoolFiles.Hold hold() {
    return hold;
  }

  /** Ends writing; the files stay. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      file.getFD().sync();
      file.close();
      path = null;
    } finally {
      lock.unlock();
    }
  }

  /** There is no room for another row. */
  static final class SpoolFullException extends IOException {
    private static final long serialVersionUID = 1L;

    SpoolFullException() {
      super("the audit spool is full");
    }
  }
}
