package io.ebbtide.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** One direction of a link, including its end. Not thread-safe; confine to the balancer's thread. */
final class Flow {
    private static final int CAPACITY = 16 * 1_024;

    private final SocketChannel from;
    private final SocketChannel to;

    /** Ready to be filled; the bytes before its position have not been passed on. */
    private final ByteBuffer pending = ByteBuffer.allocate(CAPACITY);

    private boolean ended;
    private boolean over;

    Flow(SocketChannel from, SocketChannel to) {
        this.from = from;
        this.to = to;
    }

    /**
     * Passes on the available bytes without waiting: at most one buffer, so that every link has its turn.
     *
     * @throws IOException if either connection is broken
     */
    void advance() throws IOException {
        if (!ended && pending.hasRemaining()) {
            ended = from.read(pending) < 0;
        }
        if (pending.position() > 0) {
            pending.flip();
            to.write(pending);
            pending.compact();
        }
        if (ended && !over && pending.position() == 0) {
            over = true;
            to.shutdownOutput();
        }
    }

    /** Whether its end has been passed on. */
    boolean isOver() {
        return over;
    }

    /** The operations to wait for on the source connection. */
    int readInterest() {
        return !ended && pending.hasRemaining() ? SelectionKey.OP_READ : 0;
    }

    /** The operations to wait for on the target connection. */
    int writeInterest() {
        return pending.position() > 0 ? SelectionKey.OP_WRITE : 0;
    }
}
