package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.ebbtide.health.Outcome;

/**
 * A pool at one moment. Its numbers are read one after the other, so they may be inconsistent.
 *
 * @param active connections in use
 * @param idle connections free
 * @param total all connections
 * @param waiting threads that wait for one
 * @param max the maximum number of connections
 */
record PoolState(int active, int idle, int total, int waiting, int max) {
    static PoolState of(HikariPoolMXBean pool, int max) {
        return new PoolState(
                pool.getActiveConnections(),
                pool.getIdleConnections(),
                pool.getTotalConnections(),
                pool.getThreadsAwaitingConnection(),
                max);
    }

    /** All connections are in use: a borrower has to wait. */
    boolean isExhausted() {
        return idle == 0 && total >= max;
    }

    /** It may open more connections than it has, and a thread waits for one. */
    boolean isStarved() {
        return idle == 0 && total < max && waiting > 0;
    }

    Outcome shownIn(Outcome outcome) {
        String name = isExhausted() ? "exhausted" : isStarved() ? "starved" : "ok";
        return outcome.with("pool", name)
                .with("poolActive", active)
                .with("poolIdle", idle)
                .with("poolWaiting", waiting)
                .with("poolMax", max);
    }
}
