package io.ebbtide.servlet;

import io.ebbtide.spi.ConnectionUse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers which connections have brought a request. Safe for use by many threads. */
final class Connections {
    /*
     * The servlet API reports a connection's id but never its end. So two generations are remembered: once one is full,
     * the older one is forgotten. A connection in use stays; one that was idle while MAX others came counts as new
     * again, which only makes the lame duck more careful.
     */
    private static final int MAX = 10_000;

    private volatile Set<String> recent = ConcurrentHashMap.newKeySet();
    private volatile Set<String> older = Set.of();

    /** Whether this is the connection's first request, as far as is remembered; remembers it. */
    ConnectionUse use(String connection) {
        Set<String> now = recent;
        if (!now.add(connection)) {
            return ConnectionUse.AGAIN;
        }
        boolean known = older.contains(connection);
        if (now.size() >= MAX) {
            forget(now);
        }
        return known ? ConnectionUse.AGAIN : ConnectionUse.FIRST;
    }

    private synchronized void forget(Set<String> full) {
        if (recent == full) {
            older = full;
            recent = ConcurrentHashMap.newKeySet();
        }
    }
}
