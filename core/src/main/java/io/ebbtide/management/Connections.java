package io.ebbtide.management;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The open connections, by phase. Confined to the loop's thread. */
final class Connections {
    /*
     * A connection that enters a phase is appended to its list. So within each phase the first connection is the one
     * that has been in it longest, and, as a phase has one limit, the first whose time is over: no search is needed,
     * however many there are.
     */

    /** When one more comes, the connection that has kept the server waiting longest is closed. */
    static final int MAX = 512;

    private static final long LONGEST_SLEEP_NANOS = 60_000_000_000L;

    private final Map<Connection.Phase, Set<Connection>> byPhase = new EnumMap<>(Connection.Phase.class);
    private int size;

    Connections() {
        for (Connection.Phase phase : Connection.Phase.values()) {
            byPhase.put(phase, new LinkedHashSet<>());
        }
    }

    boolean isFull() {
        return size >= MAX;
    }

    void add(Connection connection) {
        if (in(connection.phase()).add(connection)) {
            size++;
        }
    }

    /** Moves a connection to the end of another phase, or of the same one; does nothing if it was not added. */
    void move(Connection connection, Connection.Phase to) {
        if (in(connection.phase()).remove(connection)) {
            size--;
            in(to).add(connection);
            size++;
        }
    }

    void remove(Connection connection) {
        if (in(connection.phase()).remove(connection)) {
            size--;
        }
    }

    /** The connection that has kept the server waiting longest; null if all wait for the server. */
    @Nullable
    Connection longestWaiting(long nowNanos) {
        Connection longest = null;
        for (Connection.Phase phase : Connection.Phase.values()) {
            Connection first = phase == Connection.Phase.ANSWERING ? null : first(phase);
            if (first != null && (longest == null || first.inPhaseNanos(nowNanos) > longest.inPhaseNanos(nowNanos))) {
                longest = first;
            }
        }
        return longest;
    }

    /** The connection that may be closed first where no file descriptor is free; null if all wait for the server. */
    @Nullable
    Connection firstToGiveWay(long nowNanos) {
        Connection found = null;
        for (Connection.Phase phase : Connection.Phase.values()) {
            if (phase != Connection.Phase.ANSWERING) {
                for (Connection each : in(phase)) {
                    if (found == null || each.nanosToGiveWay(nowNanos) < found.nanosToGiveWay(nowNanos)) {
                        found = each;
                    }
                    if (phase != Connection.Phase.WRITING) {
                        break; // the first has been in it longest
                    }
                }
            }
        }
        return found;
    }

    /**
     * Closes the connections whose time is over.
     *
     * @param isFull whether readers that make no progress are closed, too
     * @return how long until the next connection's time is over; 0 if some were closed, for then there may be room for
     *     waiting work
     */
    long expire(long nowNanos, boolean isFull) {
        int before = size;
        long sleep = LONGEST_SLEEP_NANOS;
        for (Connection.Phase phase : Connection.Phase.values()) {
            Connection first = first(phase);
            while (first != null && first.remainingNanos(nowNanos) <= 0) {
                first.close();
                first = first(phase);
            }
            if (first != null) {
                sleep = Math.min(sleep, first.remainingNanos(nowNanos));
            }
        }
        if (isFull) {
            for (Connection each : List.copyOf(in(Connection.Phase.WRITING))) {
                long remainingNanos = each.nanosToTakeMore(nowNanos);
                if (remainingNanos <= 0) {
                    each.close();
                } else {
                    sleep = Math.min(sleep, remainingNanos);
                }
            }
        }
        return size < before ? 0 : sleep;
    }

    void closeAll() {
        List<Connection> all = new ArrayList<>();
        for (Set<Connection> each : byPhase.values()) {
            all.addAll(each);
        }
        for (Connection connection : all) {
            connection.close();
        }
    }

    private @Nullable Connection first(Connection.Phase phase) {
        Set<Connection> all = in(phase);
        return all.isEmpty() ? null : all.iterator().next();
    }

    @SuppressWarnings("NullAway") // each phase has its set
    private Set<Connection> in(Connection.Phase phase) {
        return byPhase.get(phase);
    }
}
