package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.ebbtide.health.Outcome;

/**
 * A pool at one moment. Its numbers are read one after the other, so they need not add up.
 *
 * @param active connections in use
 * @param idle connections free
 * @param total all there are
 * @param waiting threads that wait for one
 * @param most how many it may have
 */
record PoolState(int active, int idle, int total, int waiting, int most) {
    static PoolState of(HikariPoolMXBean pool, int most) {
        return new PoolState(
                pool.getActiveConnections(),
                pool.getIdleConnections(),
                pool.getTotalConnections(),
                pool.getThreadsAwaitingConnection(),
                most);
    }

    /** All connections are in use: whoever wants one waits. */
    boolean isExhausted() {
        return idle == 0 && total >= most;
    }

    /** It may have more connections than it has, and somebody waits for one. */
    boolean isStarved() {
        return idle == 0 && total < most && waiting > 0;
    }

    Outcome shownIn(Outcome outcome) {
        String name = isExhausted() ? "exhausted" : isStarved() ? "starved" : "ok";
        return outcome.with("pool", name)
                .with("poolActive", active)
                .with("poolIdle", idle)
                .with("poolWaiting", waiting)
                .with("poolMax", most);
    }
}
