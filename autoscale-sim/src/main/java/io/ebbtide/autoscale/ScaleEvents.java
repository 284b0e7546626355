package io.ebbtide.autoscale;

import java.util.ArrayList;
import java.util.List;

/**
 * The changes of replicas in one direction that policies still consider. A new change replaces one that no policy considers any
 * more, so that there are never more than fit the longest period. Not thread-safe; confine to one thread.
 */
final class ScaleEvents {
    private final List<Event> events = new ArrayList<>();

    /** One change. */
    record Event(int change, long atMillis) {}

    /** The sum of the changes after the beginning of this period. */
    int within(int periodSeconds, long nowMillis) {
        long cutoff = nowMillis - periodSeconds * 1000L;
        int sum = 0;
        for (Event each : events) {
            sum += each.atMillis() > cutoff ? each.change() : 0;
        }
        return sum;
    }

    void add(int change, long nowMillis, int longestPeriodSeconds) {
        long cutoff = nowMillis - longestPeriodSeconds * 1000L;
        int outdated = -1;
        for (int i = 0; i < events.size(); i++) {
            outdated = events.get(i).atMillis() < cutoff ? i : outdated;
        }
        var event = new Event(change, nowMillis);
        if (outdated >= 0) {
            events.set(outdated, event);
        } else {
            events.add(event);
        }
    }

    List<Event> events() {
        return List.copyOf(events);
    }
}
