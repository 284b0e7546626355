package io.ebbtide.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An open port for Tomcat's accept thread, which can be closed so that no client remains in the accept queue. One
 * thread accepts; the rest is safe for use by many.
 */
final class Port extends ServerSocketChannel {
    /*
     * A connection that the kernel has accepted and the server has not is reset when the port is closed, with the
     * request that it may hold. Tomcat closes its ports from another thread than the one that accepts, and drops the
     * next connection it accepts after that. Here the accept thread itself empties the queue and then closes the port,
     * in two consecutive calls; some microseconds remain. Before that it does the same with unused ports, because the
     * first execution loads classes and takes milliseconds.
     *
     * From then on the accept thread waits at a back door, a port on loopback, which admits only the connections of
     * LastInLine, and Tomcat's own, which wakes its accept thread up when it stops.
     */
    private static final int REHEARSALS = 5;

    private final ServerSocketChannel street;
    private final SelectionKey streetKey;
    private final ServerSocketChannel backDoor;
    private final Selector selector;
    private final BooleanSupplier stopping;
    private final Set<SocketAddress> expected = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile boolean waits;

    /**
     * @param street bound already
     * @param stopping whether Tomcat stops, and drops the connections it accepts
     */
    Port(ServerSocketChannel street, BooleanSupplier stopping) throws IOException {
        super(street.provider());
        this.street = street;
        this.stopping = stopping;
        selector = Selector.open();
        street.configureBlocking(false);
        streetKey = street.register(selector, SelectionKey.OP_ACCEPT);
        backDoor = ServerSocketChannel.open();
    }

    /** Closes the port, after all clients in its queue were accepted. Completes once it is closed. */
    CompletableFuture<Void> closeWhenEmpty() {
        closing = true;
        selector.wakeup();
        return closed;
    }

    /** Whether the accept thread waits for a connection. */
    boolean waits() {
        return waits;
    }

    /** Announces a connection from this address at the back door. */
    void expect(SocketAddress from) {
        expected.add(from);
    }

    @Override
    public SocketChannel accept() throws IOException {
        while (isOpen()) {
            SocketChannel came = closing ? acceptLast() : street.accept();
            if (came != null) {
                return came;
            }
            waits = true;
            selector.select();
            waits = false;
            selector.selectedKeys().clear();
        }
        throw new ClosedChannelException();
    }

    private @Nullable SocketChannel acceptLast() throws IOException {
        if (streetKey.isValid()) {
            backDoor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            backDoor.configureBlocking(false);
            backDoor.register(selector, SelectionKey.OP_ACCEPT);
            streetKey.cancel();
            selector.selectNow(); // else the port would close only at the selector's next turn
            rehearse();
        }
        if (street.isOpen()) {
            SocketChannel last = street.accept();
            if (last != null) {
                return last;
            }
            street.close();
            closed.complete(null);
        }
        return acceptAtTheBack();
    }

    private @Nullable SocketChannel acceptAtTheBack() throws IOException {
        for (SocketChannel came = backDoor.accept(); came != null; came = backDoor.accept()) {
            if (expected.remove(came.getRemoteAddress()) || stopping.getAsBoolean()) {
                return came;
            }
            came.close();
        }
        return null;
    }

    private static void rehearse() throws IOException {
        for (int i = 0; i < REHEARSALS; i++) {
            try (ServerSocketChannel ofNoUse = ServerSocketChannel.open()) {
                ofNoUse.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                ofNoUse.configureBlocking(false);
                ofNoUse.accept();
            }
        }
    }

    /** The address at which a connection wakes the accept thread. */
    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return (street.isOpen() ? street : backDoor).getLocalAddress();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        try (selector;
                backDoor) {
            street.close();
        } finally {
            closed.complete(null);
        }
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        throw new UnsupportedOperationException("always blocking");
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) {
        throw new UnsupportedOperationException("bound already");
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        street.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return street.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return street.supportedOptions();
    }

    @Override
    public ServerSocket socket() {
        return street.socket();
    }
}
