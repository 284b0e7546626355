package io.ebbtide.sequence;

import io.ebbtide.inflight.GateControl;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.internal.BoundedCall;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Describes work that was aborted. A description is user code and may never return: the thread that called it is then
 * abandoned, and the work is reported without it. Not thread-safe; confine to one thread.
 */
final class Descriptions {
    private static final Duration MAX_FOR_ONE = Duration.ofMillis(250);
    private static final Duration MAX_FOR_ALL = Duration.ofSeconds(1);
    private static final String NONE = "(its description did not return)";

    private final String service;
    private final Ticker ticker;
    private final Consumer<String> problems;

    /** @param problems gets a line for each description that did not return */
    Descriptions(String service, Ticker ticker, Consumer<String> problems) {
        this.service = service;
        this.ticker = ticker;
        this.problems = problems;
    }

    /** Describes the work of all tickets, in their order. Blocks for 1 s at most. */
    List<WorkInFlight> of(List<Ticket> tickets) {
        List<WorkInFlight> all = new ArrayList<>();
        long beginNanos = ticker.nanos();
        while (all.size() < tickets.size()) {
            Duration remaining = MAX_FOR_ALL.minus(ticker.since(beginNanos));
            Ticket next = tickets.get(all.size());
            if (remaining.isNegative()) {
                all.add(GateControl.describe(next, NONE));
            } else if (!describe(
                    tickets.subList(all.size(), tickets.size()), Durations.min(MAX_FOR_ONE, remaining), all)) {
                all.add(GateControl.describe(tickets.get(all.size()), NONE));
            }
        }
        return all;
    }

    /** Returns false if a description did not return in time; those before it are in the list then. */
    private boolean describe(List<Ticket> tickets, Duration bound, List<WorkInFlight> all) {
        Queue<WorkInFlight> described = new ConcurrentLinkedQueue<>();
        BoundedCall call = BoundedCall.begin(
                "ebbtide-" + service + "-describe",
                () -> tickets.forEach(ticket -> described.add(GateControl.describe(ticket))),
                ticker);
        boolean isDone = call.await(bound) && call.failure() == null;
        List<WorkInFlight> complete = List.copyOf(described);
        all.addAll(complete);
        if (isDone || complete.size() == tickets.size()) {
            return true;
        }
        problems.accept("the description of aborted work did not return" + call.stack());
        return false;
    }
}
