package io.ebbtide.jetty;

import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A source that shuts down and keeps its ports open until it is asked to close them, as in a lame duck. */
final class OpenSource implements TrafficSource {
    private final TrafficSource source;
    private final CountDownLatch shutdownBegun = new CountDownLatch(1);
    private final CountDownLatch mayClosePorts = new CountDownLatch(1);

    OpenSource(TrafficSource source) {
        this.source = source;
    }

    void awaitShutdown() throws InterruptedException {
        shutdownBegun.await();
    }

    void letPortsClose() {
        mayClosePorts.countDown();
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public void start(Traffic traffic) throws Exception {
        source.start(traffic);
    }

    @Override
    public void stopAccepting() throws Exception {
        shutdownBegun.countDown();
        mayClosePorts.await();
        source.stopAccepting();
    }

    @Override
    public void close(Duration within) throws Exception {
        source.close(within);
    }
}
