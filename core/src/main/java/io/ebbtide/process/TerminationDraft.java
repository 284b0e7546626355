package io.ebbtide.process;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Printable;
import io.ebbtide.sequence.Lifecycle;
import java.time.Duration;
import java.util.Locale;

/** The text about a service that is shutting down: all that remains after a kill. Stateless. */
final class TerminationDraft {
    private TerminationDraft() {}

    static String of(Lifecycle service) {
        String line = String.format(
                Locale.ROOT,
                "%s: %s after %s; shutting down: %s; grace %s assumed; in flight: %d",
                service.service(),
                service.state(),
                seconds(service.graceUsed()),
                service.reason(),
                Durations.text(service.plan().budget().grace()),
                service.inFlight().count());
        return Printable.escape(line.stripTrailing()) // user-supplied names must not forge a line
                + "\nif this is the last message, the process was killed before its grace was over: the platform's is shorter,"
                + " or memory ran out\n";
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toNanos() / 1e9);
    }
}
