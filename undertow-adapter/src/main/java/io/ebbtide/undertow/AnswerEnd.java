package io.ebbtide.undertow;

import io.undertow.server.DefaultResponseListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Protocols;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/** Ends a complete answer normally, and aborts one whose handler failed after a part of it had been sent. */
final class AnswerEnd extends AbstractStreamSinkConduit<StreamSinkConduit> {
    /*
     * Undertow ends the answer of a handler that fails like any other, with the last chunk, so that its client takes
     * half an answer for a whole one. Before that, it puts the handler's exception into an attachment. A failure before
     * the first byte is a different case: then the answer is the 500.
     */
    private final HttpServerExchange exchange;
    private boolean begunWell;

    AnswerEnd(StreamSinkConduit next, HttpServerExchange exchange) {
        super(next);
        this.exchange = exchange;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        begin();
        return next.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        begin();
        return next.write(sources, offset, length);
    }

    @Override
    public long transferFrom(FileChannel source, long position, long count) throws IOException {
        begin();
        return next.transferFrom(source, position, count);
    }

    @Override
    public long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer) throws IOException {
        begin();
        return next.transferFrom(source, count, throughBuffer);
    }

    @Override
    public int writeFinal(ByteBuffer source) throws IOException {
        cutIfFailed();
        return next.writeFinal(source);
    }

    @Override
    public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
        cutIfFailed();
        return next.writeFinal(sources, offset, length);
    }

    @Override
    public void terminateWrites() throws IOException {
        cutIfFailed();
        next.terminateWrites();
    }

    private void begin() {
        begunWell = begunWell || !hasFailed();
    }

    private void cutIfFailed() throws IOException {
        if (!begunWell || !hasFailed()) {
            return;
        }
        next.truncateWrites();
        if (!exchange.getProtocol().equals(Protocols.HTTP_2_0)) { // there, the end of the stream alone reports it
            IoUtils.safeClose(exchange.getConnection());
        }
        throw new IOException("the handler failed while it sent its answer");
    }

    private boolean hasFailed() {
        return exchange.getAttachment(DefaultResponseListener.EXCEPTION) != null;
    }
}
