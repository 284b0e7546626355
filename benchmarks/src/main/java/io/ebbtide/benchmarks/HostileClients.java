package io.ebbtide.benchmarks;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that demand more than their share of a server, all on one thread of a separate process, until it is killed. The
 * arguments are a {@link Kind} and a port of loopback. Prints {@code clients=<number>} at its start, a line when all clients have
 * connected, and each second the number of connections it has opened and of bytes it has read.
 */
final class HostileClients {
    /** How long a client whose connection was closed waits before it opens the next one. */
    private static final long REOPEN_NANOS = 1_000_000_000;

    private static final long SECOND_NANOS = 1_000_000_000;

    private static final long CONNECTS_PER_SECOND = 20_000;

    /** The descriptors that this process itself needs: for its jars, its selector, and the JDK. */
    private static final int OTHER_DESCRIPTORS = 200;

    /** The behaviour of the clients. */
    enum Kind {
        /** Each sends one byte of a request per second; a closed client connects again after a second. */
        SLOW(10_000),
        /** Each sends requests as fast as it can and reads the answers. */
        PIPELINING(500),
        /** Connects 20,000 times a second, or as fast as it can, sends nothing, and closes the oldest when this number is open. */
        CONNECTING(2_000),
        /** Each requests the metrics repeatedly, and never reads; a closed client connects again after a second. */
        UNREAD(400);

        private final int clients;

        Kind(int clients) {
            this.clients = clients;
        }
    }

    private static final ByteBuffer PIPELINED = ascii("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n".repeat(200));
    private static final ByteBuffer SCRAPE = ascii("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    private static final byte[] SLOWLY = "GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: "
            .concat("x".repeat(1_000))
            .getBytes(StandardCharsets.US_ASCII);

    /** @param channel the client's channel at that time: nothing must be sent on another */
    private record Later(long atNanos, Client client, SocketChannel channel) {}

    /** One of the clients, and its present connection. */
    private static final class Client {
        private SocketChannel channel;
        private ByteBuffer toSend = ByteBuffer.allocate(0);
        private int sent;

        Client(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final Kind kind;
    private final InetSocketAddress server;
    private final Selector selector = Selector.open();
    private final ByteBuffer read = ByteBuffer.allocateDirect(256 * 1024);
    private final Queue<Later> reopening = new ArrayDeque<>();
    private final Queue<Later> sending = new ArrayDeque<>();
    private final int count;
    private boolean haveCome;
    private long opened;
    private long readBytes;

    private HostileClients(Kind kind, int port) throws IOException {
        this.kind = kind;
        count = possible(kind.clients);
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public static void main(String[] arguments) throws IOException {
        new HostileClients(Kind.valueOf(arguments[0]), Integer.parseInt(arguments[1])).run();
    }

    /** Fewer than the kind's number where the limit on descriptors is lower. */
    private static int possible(int clients) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? (int) Math.min(clients, system.getMaxFileDescriptorCount() - OTHER_DESCRIPTORS)
                : clients;
    }

    private void run() throws IOException {
        System.out.println("clients=" + count);
        if (kind == Kind.CONNECTING) {
            flood();
        }
        long start = System.nanoTime();
        long comingNanos = kind == Kind.UNREAD ? 4 * SECOND_NANOS : SECOND_NANOS; // so that not all share a rendering
        for (int i = 0; i < count; i++) {
            reopening.add(later(start + i * comingNanos / count, new Client(SocketChannel.open())));
        }
        long printed = start;
        for (; ; ) {
            selector.select(this::serve, 5);
            long now = System.nanoTime();
            while (!reopening.isEmpty() && reopening.element().atNanos() <= now) {
                open(reopening.remove().client());
            }
            while (!sending.isEmpty() && sending.element().atNanos() <= now) {
                Later due = sending.remove();
                if (due.channel() == due.client().channel && due.channel().isOpen()) {
                    sendSlowly(due.client(), now);
                }
            }
            printed = print(printed, now);
        }
    }

    /** If the accept queue is full, the system drops a connect; it is among the oldest before it is retried. */
    private void flood() throws IOException {
        Queue<SocketChannel> open = new ArrayDeque<>();
        long start = System.nanoTime();
        long printed = start;
        for (; ; ) {
            long due = (System.nanoTime() - start) / (SECOND_NANOS / CONNECTS_PER_SECOND);
            for (int i = 0; i < 100 && opened < due; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(server);
                open.add(channel);
                opened++;
                if (open.size() > count) {
                    open.remove().close();
                }
            }
            LockSupport.parkNanos(1_000_000);
            printed = print(printed, System.nanoTime());
        }
    }

    private long print(long printed, long now) {
        if (now - printed < SECOND_NANOS) {
            return printed;
        }
        if (!haveCome && opened >= count) {
            haveCome = true;
            System.out.println("all have come");
        }
        System.out.println("opened=" + opened + " read=" + readBytes);
        return now;
    }

    private void open(Client client) {
        try {
            SocketChannel channel = SocketChannel.open();
            client.channel.close();
            client.channel = channel;
            client.sent = 0;
            channel.configureBlocking(false);
            if (kind == Kind.UNREAD) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
            }
            boolean isConnected = channel.connect(server);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, client);
            opened++;
            if (isConnected) {
                connected(client, key);
            }
        } catch (IOException e) {
            again(client);
        }
    }

    private void serve(SelectionKey key) {
        Client client = (Client) key.attachment();
        try {
            if (key.isValid() && key.isConnectable() && client.channel.finishConnect()) {
                connected(client, key);
            }
            if (key.isValid() && key.isReadable()) {
                int count = client.channel.read(read.clear());
                if (count < 0) {
                    again(client);
                } else {
                    readBytes += count;
                }
            }
            if (key.isValid() && key.isWritable()) {
                send(client, key);
            }
        } catch (IOException e) {
            again(client);
        }
    }

    private void connected(Client client, SelectionKey key) throws IOException {
        switch (kind) {
            case PIPELINING -> {
                client.toSend = PIPELINED.duplicate();
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            }
            case UNREAD -> {
                client.channel.write(SCRAPE.duplicate());
                key.interestOps(0);
                sending.add(later(System.nanoTime() + REOPEN_NANOS, client));
            }
            default -> {
                key.interestOps(SelectionKey.OP_READ);
                sendSlowly(client, System.nanoTime());
            }
        }
    }

    private static void send(Client client, SelectionKey key) throws IOException {
        client.channel.write(client.toSend);
        if (!client.toSend.hasRemaining()) {
            client.toSend = PIPELINED.duplicate();
        }
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    /** Sends a byte, or another request, which also detects a closed connection. */
    private void sendSlowly(Client client, long now) {
        try {
            client.channel.write(
                    kind == Kind.UNREAD
                            ? SCRAPE.duplicate()
                            : ByteBuffer.wrap(SLOWLY, client.sent++ % SLOWLY.length, 1));
            sending.add(later(now + SECOND_NANOS, client));
        } catch (IOException e) {
            again(client);
        }
    }

    private void again(Client client) {
        if (!client.channel.isOpen()) {
            return;
        }
        try {
            client.channel.close();
        } catch (IOException e) {
            // the channel is closed anyway
        }
        reopening.add(later(System.nanoTime() + REOPEN_NANOS, client));
    }

    private static Later later(long atNanos, Client client) {
        return new Later(atNanos, client, client.channel);
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();
    }
}
