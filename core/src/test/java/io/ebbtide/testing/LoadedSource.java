package io.ebbtide.testing;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A source with seven connections, two of eight workers busy, and requests on demand. */
public final class LoadedSource extends SilentSource {
    private @Nullable Traffic traffic;

    /** Simulates a request that arrives and is answered. */
    public void answer(String method, @Nullable String route, int status) {
        Traffic ways = Objects.requireNonNull(traffic);
        Ticket ticket = Objects.requireNonNull(ways.admit(WorkKind.REQUEST, () -> method + " /"));
        ticket.route(route);
        ways.answered(ticket, method, status);
    }

    @Override
    public String name() {
        return "loaded";
    }

    @Override
    public void start(Traffic newTraffic) {
        traffic = newTraffic;
    }

    @Override
    public SourceLoad load() {
        return new SourceLoad(7, 2, 8, SourceLoad.UNKNOWN);
    }
}
