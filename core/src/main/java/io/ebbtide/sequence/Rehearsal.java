package io.ebbtide.sequence;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.GraceBudget.Shares;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.Health;
import io.ebbtide.health.HealthControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Shuts down a service that has one unit of work and nothing else, and logs nothing: what is linked and initialized at its first
 * use is so before a real shutdown, where it was measured to take a third of the time. Stateless.
 */
public final class Rehearsal {
    private static final String SERVICE = "rehearsal";
    private static final Duration MAX = Duration.ofSeconds(10);

    private Rehearsal() {}

    /** Admits one unit of work when it starts. */
    private static final class Source implements TrafficSource {
        private @Nullable Ticket ticket;

        @Override
        public String name() {
            return SERVICE;
        }

        @Override
        public void start(Traffic traffic) {
            ticket = traffic.admit(WorkKind.REQUEST, SERVICE::toString);
        }

        @Override
        public void stopAccepting() {}

        @Override
        public void close(Duration within) {}

        void finish() {
            if (ticket != null) {
                ticket.close();
            }
        }
    }

    /** Blocks for some milliseconds, at most for 10 s. */
    public static void run(Ticker ticker) {
        var source = new Source();
        var plan = new Plan(
                SERVICE,
                List.of(new NamedComponent(SERVICE, Component.closing(() -> {}))),
                List.of(source),
                Map.of(),
                List.of(),
                GraceBudget.of(MAX, Shares.DERIVED, Duration.ZERO),
                LameDuckRules.defaults(),
                Map.of(),
                Map.of());
        BackgroundLog log = BackgroundLog.mute("ebbtide-" + SERVICE + "-log", ticker);
        var lifecycle = new Lifecycle(
                plan, new HealthControl(new Health(SERVICE, ticker, log)), new InFlight(ticker), log, ticker);
        lifecycle.start();
        lifecycle.shutdown(SERVICE, ShutdownMode.AT_ONCE);
        source.finish();
        try {
            lifecycle.awaitStopped(MAX);
        } catch (TimeoutException e) {
            // a machine without a free processor: then a real shutdown does what is left
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
