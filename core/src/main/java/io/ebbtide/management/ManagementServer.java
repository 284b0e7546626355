package io.ebbtide.management;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.spi.Probes;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes and metrics on a port of their own, so that a saturated service still answers. Created by
 * {@code EbbtideBuilder.management()}. Speaks HTTP/1.1; GET and HEAD of the probes and of {@code /metrics}; bodies of
 * at most 8 KiB, which it discards.
 *
 * <p>One thread serves all connections, a bounded number of them in each turn, new ones first. A head has at most 8 KiB
 * and 2 s; an idle connection 75 s; there are at most 512 connections, and when one more comes, the one that has kept
 * the server waiting longest is closed, after its pending request is answered. So clients that send slowly, or nothing,
 * or more than can be answered, delay no probe. Metrics are rendered on a second thread, once for all requests that
 * wait; while 8 MiB of them wait to be read, no further rendering begins, and readers that make no progress are closed.
 * Where the process is out of file descriptors, one in reserve accepts connections one at a time.
 */
public final class ManagementServer implements Component {
    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    /** IPv4's, which represents both: the derived address where no orchestrator is detected. */
    private static final String LOOPBACK = "127.0.0.1";

    /** {@code ::1}. */
    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    /**
     * How many connections may wait to be accepted, where the system allows it: beyond that a client's next attempt
     * comes a second later. All of them are accepted within the second that a probe usually waits, even on a fifth of a
     * core.
     */
    private static final int BACKLOG = 4_096;

    private final String service;
    private final String address;
    private final int port;
    private final Probes probes;
    private final @Nullable MetricsText metrics;
    private final BackgroundLog log;
    private final Ticker ticker;
    private volatile @Nullable Bound bound;

    private record Bound(EventLoop loop, int port) {}

    /**
     * Creates a server that has not started.
     *
     * @param address host name or address to bind to; {@code 127.0.0.1} also binds {@code ::1}, where available
     * @param port 1 to 65535, or 0 for any that is free
     * @param metrics served at {@code /metrics}; null for none
     */
    public ManagementServer(
            String service,
            String address,
            int port,
            Probes probes,
            @Nullable MetricsText metrics,
            BackgroundLog log,
            Ticker ticker) {
        this.service = service;
        this.log = log;
        this.address = Expect.text(address, "managementAddress");
        this.port = Expect.between(0, 65_535, port, "managementPort");
        this.ticker = ticker;
        this.probes = probes;
        this.metrics = metrics;
    }

    /**
     * Binds the port and begins to serve.
     *
     * @throws IOException if the port is in use, or the address is not this machine's; the message gives the remedy
     */
    @Override
    public void start() throws IOException {
        var wanted = new InetSocketAddress(address, port);
        if (wanted.isUnresolved()) {
            String message = "managementAddress: %s (expected: an address or host name of this machine; set "
                    + "EBBTIDE_MANAGEMENT_ADDRESS)";
            throw new IOException(message.formatted(Redact.oneLine(address)));
        }
        List<ServerSocketChannel> listeners = new ArrayList<>();
        try {
            ServerSocketChannel listener = ServerSocketChannel.open();
            listeners.add(listener);
            listener.configureBlocking(false);
            listener.bind(wanted, BACKLOG);
            int localPort = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            if (address.equals(LOOPBACK)) {
                addOtherLoopback(localPort, listeners);
            }
            var waiting = new WaitingBytes();
            var loop = new EventLoop(
                    listeners,
                    wakeup -> routes(waiting, wakeup),
                    waiting,
                    log,
                    ticker,
                    "ebbtide-" + service + "-management");
            loop.start();
            bound = new Bound(loop, localPort);
        } catch (BindException e) {
            closeAll(listeners);
            String message =
                    "managementPort: %d on %s cannot be bound, %s (expected: a free port on an address of this "
                            + "machine; set EBBTIDE_MANAGEMENT_PORT, 0 for any, or EBBTIDE_MANAGEMENT_ADDRESS)";
            throw new IOException(message.formatted(port, Redact.oneLine(address), e.getMessage()), e);
        } catch (Throwable e) { // also an Error: perhaps the thread cannot be started
            closeAll(listeners);
            throw e;
        }
        log.write(LOG, to -> to.info("'{}' answers probes at http://{}:{}/health", service, address, port()));
    }

    private static void closeAll(List<ServerSocketChannel> listeners) throws IOException {
        for (ServerSocketChannel each : listeners) {
            each.close();
        }
    }

    private Route routes(WaitingBytes waiting, Runnable wakeup) {
        MetricsText text = metrics;
        String threadName = "ebbtide-" + service + "-scrape";
        return new Routes(
                probes, text == null ? null : new Scrapes(text, () -> !waiting.isFull(), wakeup, log, threadName), log);
    }

    /** The name localhost is ::1 first for many clients, and for some alone. A machine may not have that address. */
    private static void addOtherLoopback(int port, List<ServerSocketChannel> listeners) throws IOException {
        ServerSocketChannel other = ServerSocketChannel.open();
        try {
            other.configureBlocking(false);
            other.bind(new InetSocketAddress(InetAddress.getByAddress(IPV6_LOOPBACK), port), BACKLOG);
            listeners.add(other);
        } catch (IOException | RuntimeException e) { // no IPv6 here, or another process has the port
            other.close();
        }
    }

    /** Returns the port that it is bound to; -1 before the start. */
    public int port() {
        Bound now = bound;
        return now == null ? -1 : now.port();
    }

    @Override
    public void stop(Duration within) throws InterruptedException {
        Bound now = bound;
        if (now != null) {
            now.loop().stop(within.toMillis());
        }
    }
}
