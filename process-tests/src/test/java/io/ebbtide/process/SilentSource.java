package io.ebbtide.process;

import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;

/** A traffic source without traffic: with a source, a service has a lame duck. */
final class SilentSource implements TrafficSource {
    @Override
    public String name() {
        return "silent";
    }

    @Override
    public void start(Traffic traffic) {}

    @Override
    public void stopAccepting() {}

    @Override
    public void close(Duration within) {}
}
