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

/** One client's connection: reads a head, has it answered, writes the answer, again. Confined to the loop's thread. */
final class Connection {
    // Over 300 lines: a state machine, whose moves are all here.

    /*
     * Each phase has one deadline, so that a client that sends or reads a byte now and then gains nothing by it. And each
     * call answers at most one request and writes at most one slice: what remains is done in a later turn of the loop,
     * after what others have asked for.
     */
    enum Phase {
        /** Nothing of the next request has come. */
        IDLE(75_000),
        /** A part of it has come. */
        READING(2_000),
        /** It is being answered; until then nothing is read. */
        ANSWERING(30_000),
        WRITING(10_000),
        /** The last answer is written; what still comes is thrown away, so that no reset overtakes the answer. */
        LINGERING(1_000);

        private final Duration limit;

        Phase(int limitMillis) {
            limit = Duration.ofMillis(limitMillis);
        }
    }

    private static final int MAX_HEAD_BYTES = 8 * 1024;

    /** Of one write: the JDK copies what is written, all of it, even if the socket takes a part only. */
    private static final int SLICE_BYTES = 64 * 1024;

    /** How much of a large answer the kernel keeps for the client, which may double it; unless set, it may be megabytes. */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    /** How long a reader may take for one slice when as much waits to be read as may. */
    private static final long SLICE_NANOS = 2_000_000_000;

    /** How long a client may keep us waiting where no file descriptor is free for another one. */
    private static final long DESCRIPTOR_NANOS = 50_000_000;

    /** As much for one that is reading its answer, for each slice: a scrape that goes on is not aborted. */
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

    /** @param onlyOne whether the connection ends after one answer, whatever the client wants */
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

    /** How long until its phase has lasted too long. */
    long nanosLeft(long nowNanos) {
        return phaseSinceNanos + phase.limit.toNanos() - nowNanos;
    }

    /** While it is written to: how long until its client must have taken another slice if there is no room for answers. */
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

    /** Reads what has come with the connection, and answers it: what is answered cannot be evicted unread. */
    void begin() throws IOException {
        read();
    }

    /** To be called once, after {@link #begin}. */
    void register(Selector selector) throws ClosedChannelException {
        key = channel.register(selector, interest, this);
    }

    /** The selector has found it ready. */
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

    /** Goes on with what {@link EventLoop#later} was asked for. */
    void proceed() throws IOException {
        if (phase == Phase.WRITING) {
            write();
        } else if (phase == Phase.READING) {
            answerNext();
        }
    }

    /**
     * Closes it to make room for another, after what its client has sent is read and answered.
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
            // gone all the same
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

    /** Into the loop's buffer first: a connection on which nothing comes has none of its own. */
    private int readMore() throws IOException {
        ByteBuffer buffer = loop.readBuffer();
        if (phase != Phase.LINGERING) {
            buffer.limit(Math.min(buffer.capacity(), MAX_HEAD_BYTES + HeadParser.MOST_BODY_BYTES - inLength));
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

    /** Answers the request that stands in the buffer; reads on if it is not complete. */
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
                    && head.keepAlive() // no body counts here: a client that waits with it need not send it
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
        } else { // in a later turn, or clients that pipeline would keep all others from being answered
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
