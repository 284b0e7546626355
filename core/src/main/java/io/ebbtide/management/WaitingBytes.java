package io.ebbtide.management;

import java.util.IdentityHashMap;

/**
 * How many bytes of large answers wait to be read by their clients. A rendering of the metrics that several clients
 * read counts once, as it is in memory once. Confined to the loop's thread.
 */
final class WaitingBytes {
    /** When this many wait, no further rendering of the metrics begins, and readers that make no progress are closed. */
    static final long MAX_BYTES = 8L * 1024 * 1024;

    private final IdentityHashMap<Reply, Integer> readers = new IdentityHashMap<>();
    private long bytes;

    /** Counts an answer that one more client is to read. */
    void add(Reply reply) {
        Integer former = readers.get(reply);
        readers.put(reply, former == null ? 1 : former + 1);
        if (former == null) {
            bytes += reply.body().remaining();
        }
    }

    /** Called when one of the answer's clients has read it, or is gone. */
    void remove(Reply reply) {
        Integer former = readers.get(reply);
        if (former == null) {
            return;
        }
        if (former > 1) {
            readers.put(reply, former - 1);
        } else {
            readers.remove(reply);
            bytes -= reply.body().remaining();
        }
    }

    boolean isFull() {
        return bytes >= MAX_BYTES;
    }
}
