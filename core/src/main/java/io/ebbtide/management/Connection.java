package io.ebbtide.management;

import io.ebbtide.internal.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One client's connection: reads a head, has it answered, writes the answer, again. Confined to the loop's thread. */
final class Connection {
    /*
     * Each phase has one deadline, so that a client that sends or reads a byte now and then gains nothing by it.
     */
    private enum Phase {
        /** Nothing of the next request has come. */
        IDLE(75_000),
        /** A part of it has come. */
        READING(2_000),
        /** It is being answered; nothing is read meanwhile. */
        ANSWERING(30_000),
        WRITING(10_000),
        /** The last answer is written; what still comes is thrown away, so that no reset overtakes the answer. */
        LINGERING(1_000);

        private final Duration limit;

        Phase(int limitMillis) {
            limit = Duration.ofMillis(limitMillis);
        }
    }

    private static final int MOST_HEAD_BYTES = 8 * 1024;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Route route;
    private final EventLoop loop;
    private final Ticker ticker;
    private byte[] in = new byte[1024];
    private int inLength;
    private @Nullable ByteBuffer out;
    private boolean keepAlive = true;
    private Phase phase = Phase.IDLE;
    private long phaseSinceNanos;

    Connection(SocketChannel channel, SelectionKey key, Route route, EventLoop loop, Ticker ticker) {
        this.channel = channel;
        this.key = key;
        this.route = route;
        this.loop = loop;
        this.ticker = ticker;
        phaseSinceNanos = ticker.nanos();
    }

    /** How long the connection has been waiting for its client; negative if the client waits for us. */
    long waitedNanos(long nowNanos) {
        return phase == Phase.ANSWERING ? -1 : nowNanos - phaseSinceNanos;
    }

    /** How long until its phase has lasted too long. */
    long nanosLeft(long nowNanos) {
        return phaseSinceNanos + phase.limit.toNanos() - nowNanos;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    void ready() throws IOException {
        if (key.isValid() && key.isWritable()) { // it may have been evicted since it was selected
            write();
        }
        if (key.isValid() && key.isReadable()) {
            read();
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // gone all the same
        }
    }

    private void read() throws IOException {
        if (phase == Phase.LINGERING) {
            inLength = 0;
        } else if (inLength == in.length) {
            in = Arrays.copyOf(in, Math.min(2 * in.length, MOST_HEAD_BYTES + HeadParser.MOST_BODY_BYTES));
        }
        int count = channel.read(ByteBuffer.wrap(in, inLength, in.length - inLength));
        if (count < 0) {
            close();
        } else if (count > 0 && phase != Phase.LINGERING) {
            inLength += count;
            if (phase == Phase.IDLE) {
                enter(Phase.READING);
            }
            answerNext();
        }
    }

    /** Answers the request that stands in the buffer, if it is complete. */
    private void answerNext() throws IOException {
        try {
            discard(HeadParser.lengthOfEmptyLines(in, inLength));
            int headLength = HeadParser.lengthOfHead(in, inLength);
            if (headLength > MOST_HEAD_BYTES || (headLength < 0 && inLength >= MOST_HEAD_BYTES)) {
                throw new BadRequest(431, "head too large");
            }
            if (headLength < 0) {
                return;
            }
            RequestHead head = HeadParser.parse(in, headLength);
            int length = headLength + head.contentLength();
            boolean isWhole = inLength >= length;
            if (!isWhole && !head.expectsContinue()) {
                return;
            }
            discard(Math.min(length, inLength));
            keepAlive =
                    isWhole && head.keepAlive(); // no body counts here: a client that waits with it need not send it
            enter(Phase.ANSWERING);
            key.interestOps(0);
            route.answer(head, reply -> loop.execute(this, () -> begin(reply, !head.isHead())));
        } catch (BadRequest e) {
            keepAlive = false;
            begin(Reply.plain(e.status(), e.reason()), true);
        }
    }

    private void discard(int count) {
        System.arraycopy(in, count, in, 0, inLength - count);
        inLength -= count;
    }

    private void begin(Reply reply, boolean withBody) throws IOException {
        if (channel.isOpen()) {
            enter(Phase.WRITING);
            out = reply.bytes(withBody, keepAlive);
            write();
        }
    }

    private void write() throws IOException {
        ByteBuffer rest = out;
        if (rest == null) {
            return;
        }
        channel.write(rest);
        if (rest.hasRemaining()) {
            key.interestOps(SelectionKey.OP_WRITE);
            return;
        }
        out = null;
        key.interestOps(SelectionKey.OP_READ);
        if (keepAlive) {
            enter(inLength == 0 ? Phase.IDLE : Phase.READING);
            answerNext();
        } else {
            channel.shutdownOutput();
            enter(Phase.LINGERING);
        }
    }

    private void enter(Phase next) {
        phase = next;
        phaseSinceNanos = ticker.nanos();
        loop.watch(nanosLeft(phaseSinceNanos));
    }
}
