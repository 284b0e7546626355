package io.ebbtide.management;

import io.ebbtide.internal.Ticker;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One client's connection: reads a head, gets the answer, writes it, and repeats. Confined to the loop's thread. */
final class Connection {
    // Over 300 lines: a state machine, with all its transitions.

    /*
     * Each phase has one deadline, so that a client that sends or reads a byte now and then gains no extra time. And
     * each call answers at most one request and writes at most one slice: the rest is done in a later turn of the loop,
     * after the requests of other clients.
     */
    enum Phase {
        /** No byte of the next request has come. */
        IDLE(75_000),
        /** A part of the request has come. */
        READING(2_000),
        /** The request is being answered; until then nothing is read. */
        ANSWERING(30_000),
        WRITING(10_000),
        /** The last answer is written; further input is discarded, so that no reset overtakes the answer. */
        LINGERING(1_000);

        private final Duration limit;

        Phase(int limitMillis) {
            limit = Duration.ofMillis(limitMillis);
        }
    }

    private static final int MAX_HEAD_BYTES = 8 * 1024;

    /** The size of one write: the JDK copies the whole buffer, even if the socket takes only a part. */
    private static final int SLICE_BYTES = 64 * 1024;

    /** How much of a large answer the kernel buffers for the client, which may double it; unless set, it may be megabytes. */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    /** How long a reader may take for one slice when the limit of waiting bytes is reached. */
    private static final long SLICE_NANOS = 2_000_000_000;

    /** How long a client may stay idle where no file descriptor is free for another one. */
    private static final long DESCRIPTOR_NANOS = 50_000_000;

    /** The same for a client that is reading its answer, for each slice: a scrape that makes progress is not aborted. */
    private static final long DESCRIPTOR_SLICE_NANOS = 500_000_000;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final Route route;
    private final EventLoop loop;
    private final WaitingBytes waiting;
    private final Ticker ticker;
    private final boolean onlyOne;
    private @Nullable SelectionKey key;
    private int interest = SelectionKey.OP_READ;
    private byte[] in = {};
    private int inLength;
    private ByteBuffer[] out = {};
    private @Nullable Reply counted;
    private long takenBytes;
    private long takenSinceNanos;
    private boolean keepAlive = true;
    private boolean lastChance;
    private Phase phase = Phase.IDLE;
    private long phaseSinceNanos;

    /** @param onlyOne whether the connection ends after one answer, whatever the client requests */
    Connection(
            SocketChannel channel, Route route, EventLoop loop, WaitingBytes waiting, Ticker ticker, boolean onlyOne) {
        this.channel = channel;
        this.route = route;
        this.loop = loop;
        this.waiting = waiting;
        this.ticker = ticker;
        this.onlyOne = onlyOne;
        phaseSinceNanos = ticker.nanos();
    }

    Phase phase() {
        return phase;
    }

    long inPhaseNanos(long nowNanos) {
        return nowNanos - phaseSinceNanos;
    }

    /** The time until its phase exceeds its limit. */
    long remainingNanos(long nowNanos) {
        return phaseSinceNanos + phase.limit.toNanos() - nowNanos;
    }

    /** While it is written to: the time within which its client must take another slice if there is no room for answers. */
    long nanosToTakeMore(long nowNanos) {
        return takenSinceNanos + SLICE_NANOS - nowNanos;
    }

    /** Where no file descriptor is free: how long until this connection may be closed for another one. */
    long nanosToGiveWay(long nowNanos) {
        return phase == Phase.WRITING
                ? takenSinceNanos + DESCRIPTOR_SLICE_NANOS - nowNanos
                : phaseSinceNanos + DESCRIPTOR_NANOS - nowNanos;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Reads the bytes that came with the connection, and answers them: an answered connection cannot be evicted unread. */
    void begin() throws IOException {
        read();
    }

    /** To be called once, after {@link #begin}. */
    void register(Selector selector) throws ClosedChannelException {
        key = channel.register(selector, interest, this);
    }

    /** Called when the selector has found it ready. */
    void ready() throws IOException {
        if (isReadyTo(SelectionKey.OP_WRITE)) {
            write();
        }
        if (isReadyTo(SelectionKey.OP_READ)) {
            read();
        }
    }

    /** It may have been evicted, or asked for its last request, since it was selected. */
    private boolean isReadyTo(int operation) {
        SelectionKey ours = key;
        return ours != null && ours.isValid() && (ours.readyOps() & interest & operation) != 0;
    }

    /** Continues the work for which {@link EventLoop#later} was called. */
    void proceed() throws IOException {
        if (phase == Phase.WRITING) {
            write();
        } else if (phase == Phase.READING) {
            answerNext();
        }
    }

    /**
     * Closes it to make room for another, after its client's input is read and answered.
     *
     * @return false if that takes another thread: then it stays open until it is answered
     */
    boolean evict() throws IOException {
        if (phase == Phase.IDLE || phase == Phase.READING) {
            lastChance = true;
            if (readMore() >= 0 && inLength > 0) {
                answerNext();
            }
        }
        if (phase == Phase.ANSWERING) {
            return false;
        }
        close();
        return true;
    }

    /** A second call does nothing. */
    void close() {
        loop.forget(this);
        stopCounting();
        try {
            channel.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    private void read() throws IOException {
        int count = readMore();
        if (count < 0) {
            close();
        } else if (count > 0 && phase != Phase.LINGERING) {
            answerNext();
        }
    }

    /** Into the loop's buffer first: a connection without input has no buffer of its own. */
    private int readMore() throws IOException {
        ByteBuffer buffer = loop.readBuffer();
        if (phase != Phase.LINGERING) {
            buffer.limit(Math.min(buffer.capacity(), MAX_HEAD_BYTES + HeadParser.MAX_BODY_BYTES - inLength));
        }
        int count = channel.read(buffer);
        if (count > 0 && phase != Phase.LINGERING) {
            if (inLength + count > in.length) {
                in = Arrays.copyOf(in, inLength + buffer.capacity());
            }
            buffer.flip().get(in, inLength, count);
            inLength += count;
            if (phase == Phase.IDLE) {
                enter(Phase.READING);
            }
        }
        return count;
    }

    /** Answers the request in the buffer; reads on if it is not complete. */
    private void answerNext() throws IOException {
        try {
            discard(HeadParser.lengthOfEmptyLines(in, inLength));
            HeadParser.checkBeginning(in, inLength);
            int headLength = HeadParser.lengthOfHead(in, inLength);
            if (headLength > MAX_HEAD_BYTES || (headLength < 0 && inLength >= MAX_HEAD_BYTES)) {
                throw new BadRequest(431, "head too large");
            }
            if (headLength < 0) {
                wantTo(SelectionKey.OP_READ);
                return;
            }
            RequestHead head = HeadParser.parse(in, headLength);
            int length = headLength + head.contentLength();
            boolean isWhole = inLength >= length;
            if (!isWhole && !head.expectsContinue()) {
                wantTo(SelectionKey.OP_READ);
                return;
            }
            discard(Math.min(length, inLength));
            keepAlive = isWhole
                    && head.keepAlive() // no body counts here: a client that waits before sending it need not send it
                    && !onlyOne
                    && !lastChance;
            enter(Phase.ANSWERING);
            wantTo(0);
            route.answer(head, reply -> loop.guard(this, () -> begin(reply, !head.isHead())));
        } catch (BadRequest e) {
            keepAlive = false;
            begin(Reply.plain(e.status(), e.reason()), !HeadParser.isHead(in, inLength));
        }
    }

    private void discard(int count) {
        System.arraycopy(in, count, in, 0, inLength - count);
        inLength -= count;
    }

    private void begin(Reply reply, boolean withBody) throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        enter(Phase.WRITING);
        ByteBuffer body = withBody ? reply.body().duplicate() : NOTHING;
        out = new ByteBuffer[] {reply.head(keepAlive), body};
        takenBytes = 0;
        takenSinceNanos = phaseSinceNanos;
        if (body.remaining() > SLICE_BYTES) { // not at once: many may have waited for the same rendering
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
            waiting.add(reply);
            counted = reply;
            wantTo(0);
            loop.later(this);
        } else {
            write();
        }
    }

    private void stopCounting() {
        Reply former = counted;
        if (former != null) {
            counted = null;
            waiting.remove(former);
        }
    }

    /** Writes one slice, head and body in one call: two would meet Nagle's algorithm and a delayed acknowledgement. */
    private void write() throws IOException {
        ByteBuffer body = out[1];
        int end = body.limit();
        body.limit(Math.min(end, body.position() + SLICE_BYTES));
        boolean tookAll;
        try {
            taken(channel.write(out));
            tookAll = !out[0].hasRemaining() && !body.hasRemaining();
        } finally {
            body.limit(end);
        }
        if (!tookAll) {
            wantTo(SelectionKey.OP_WRITE);
        } else if (body.hasRemaining()) {
            wantTo(0);
            loop.later(this);
        } else {
            written();
        }
    }

    private void taken(long count) {
        takenBytes += count;
        if (takenBytes >= SLICE_BYTES) {
            takenBytes = 0;
            takenSinceNanos = ticker.nanos();
        }
    }

    private void written() throws IOException {
        out = new ByteBuffer[0];
        stopCounting();
        if (!keepAlive) {
            channel.shutdownOutput();
            enter(Phase.LINGERING);
            wantTo(SelectionKey.OP_READ);
        } else if (inLength == 0) {
            enter(Phase.IDLE);
            wantTo(SelectionKey.OP_READ);
        } else { // in a later turn, or clients that pipeline would delay the answers to all others
            enter(Phase.READING);
            wantTo(0);
            loop.later(this);
        }
    }

    private void wantTo(int operations) {
        interest = operations;
        SelectionKey ours = key;
        if (ours != null && ours.isValid()) {
            ours.interestOps(operations);
        }
    }

    private void enter(Phase next) {
        loop.enters(this, next);
        phase = next;
        phaseSinceNanos = ticker.nanos();
    }
}
