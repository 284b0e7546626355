package io.ebbtide.autoscale;

import java.util.ArrayList;
import java.util.List;

/**
 * The recommendations within the stabilisation windows. A new recommendation replaces one that is older than both windows.
 *  Not thread-safe; confine to one thread.
 */
final class Recommendations {
    private final List<Entry> entries = new ArrayList<>();

    /** A recommendation and its time. */
    record Entry(int replicas, long atMillis) {}

    boolean isEmpty() {
        return entries.isEmpty();
    }

    void add(int replicas, long atMillis) {
        entries.add(new Entry(replicas, atMillis));
    }

    /**
     * The current number, moved only as far as into the range between the minimum recommended within the window for scaling up
     * and the maximum within that for scaling down. Records the desired number.
     */
    int stabilized(int current, int desired, int upWindowSeconds, int downWindowSeconds, long nowMillis) {
        long upCutoff = nowMillis - upWindowSeconds * 1000L;
        long downCutoff = nowMillis - downWindowSeconds * 1000L;
        int minimum = desired;
        int maximum = desired;
        int obsolete = -1;
        for (int i = 0; i < entries.size(); i++) {
            Entry each = entries.get(i);
            minimum = each.atMillis() > upCutoff ? Math.min(minimum, each.replicas()) : minimum;
            maximum = each.atMillis() > downCutoff ? Math.max(maximum, each.replicas()) : maximum;
            obsolete = each.atMillis() < upCutoff && each.atMillis() < downCutoff ? i : obsolete;
        }
        keep(desired, nowMillis, obsolete);
        return Math.min(Math.max(current, minimum), maximum);
    }

    /** The maximum recommended within the controller's window: the rule of an autoscaler without {@code behavior}. */
    int highest(int desired, long windowMillis, long nowMillis) {
        long cutoff = nowMillis - windowMillis;
        int maximum = desired;
        int obsolete = -1;
        for (int i = 0; i < entries.size(); i++) {
            Entry each = entries.get(i);
            if (each.atMillis() < cutoff) {
                obsolete = i;
            } else {
                maximum = Math.max(maximum, each.replicas());
            }
        }
        keep(desired, nowMillis, obsolete);
        return maximum;
    }

    private void keep(int desired, long nowMillis, int obsolete) {
        var entry = new Entry(desired, nowMillis);
        if (obsolete >= 0) {
            entries.set(obsolete, entry);
        } else {
            entries.add(entry);
        }
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }
}
