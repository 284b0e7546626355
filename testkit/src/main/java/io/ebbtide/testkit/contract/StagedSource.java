package io.ebbtide.testkit.contract;

import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stands between a service and its source, and holds each step of the shutdown until the trial continues. While it
 * holds back the closing of the ports, the source is in the lame duck: notified of the shutdown, and serving everything.
 */
final class StagedSource implements TrafficSource, ProbeHost {
    private final TrafficSource source;
    private final CountDownLatch shutdownBegun = new CountDownLatch(1);
    private final CountDownLatch portsClosed = new CountDownLatch(1);
    private volatile CountDownLatch mayClosePorts = new CountDownLatch(0);
    private volatile CountDownLatch mayClose = new CountDownLatch(0);

    StagedSource(TrafficSource source) {
        this.source = source;
    }

    /** Holds the next two steps. */
    void hold() {
        mayClosePorts = new CountDownLatch(1);
        mayClose = new CountDownLatch(1);
    }

    void letPortsClose() {
        mayClosePorts.countDown();
    }

    void letAll() {
        mayClosePorts.countDown();
        mayClose.countDown();
    }

    boolean awaitShutdown(Duration patience) throws InterruptedException {
        return shutdownBegun.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean awaitPortsClosed(Duration patience) throws InterruptedException {
        return portsClosed.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void serveProbes(Probes probes) {
        if (source instanceof ProbeHost host) {
            host.serveProbes(probes);
        }
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public boolean hasSenders() {
        return source.hasSenders();
    }

    @Override
    public void start(Traffic traffic) throws Exception {
        source.start(traffic);
    }

    @Override
    public void stopAccepting() throws Exception {
        if (mayClosePorts.getCount() > 0) {
            source.beginShutdown();
        }
        shutdownBegun.countDown();
        mayClosePorts.await();
        source.stopAccepting();
        portsClosed.countDown();
    }

    @Override
    public void close(Duration within) throws Exception {
        mayClose.await();
        source.close(within);
    }

    @Override
    public SourceLoad load() {
        return source.load();
    }

    @Override
    public String summary() {
        return source.summary();
    }
}
