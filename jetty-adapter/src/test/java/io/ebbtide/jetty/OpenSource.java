package io.ebbtide.jetty;

import io.ebbtide.lifecycle.Traffic;
import io.ebbtide.lifecycle.TrafficSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A source that leaves and keeps its ports open until it is told to close them, as in a lame duck. */
final class OpenSource implements TrafficSource {
    private final TrafficSource source;
    private final CountDownLatch leaving = new CountDownLatch(1);
    private final CountDownLatch mayClosePorts = new CountDownLatch(1);

    OpenSource(TrafficSource source) {
        this.source = source;
    }

    void awaitLeaving() throws InterruptedException {
        leaving.await();
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
        leaving.countDown();
        mayClosePorts.await();
        source.stopAccepting();
    }

    @Override
    public void close(Duration within) throws Exception {
        source.close(within);
    }
}
