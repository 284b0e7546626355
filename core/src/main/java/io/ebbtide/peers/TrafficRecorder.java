package io.ebbtide.peers;

import io.ebbtide.internal.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Records the requests of one service: who sends them, and which are late. Safe for use by many threads. */
public final class TrafficRecorder {
    private final LateTraffic late;
    private final Peers peers;
    private volatile @Nullable RequestWatcher watcher;
    private volatile boolean shuttingDown;
    private volatile boolean hasSeenUnknown;
    private volatile long signalNanos;

    /** Creates the recorder of a service that is not shutting down. */
    public TrafficRecorder(Ticker ticker) {
        late = new LateTraffic(ticker);
        peers = new Peers(ticker);
    }

    /**
     * Records a request before it is admitted or refused.
     *
     * @param endsConnection whether it is a later one on a connection that ends with the response once the shutdown begins
     */
    public void arrived(InetAddress peer, boolean endsConnection) {
        peers.arrived(peer, endsConnection);
    }

    /** Records a request of which nothing is known. */
    public void arrivedFromUnknown() {
        if (!hasSeenUnknown) { // a write for each request would slow down other threads
            hasSeenUnknown = true;
        }
    }

    /**
     * Records a request that comes during the shutdown.
     *
     * @param peer its sender; null if unknown
     * @param isFirst whether it is the first on its connection
     */
    public void late(boolean admitted, @Nullable InetAddress peer, boolean isFirst) {
        late.arrived(signalNanos, admitted, peer, isFirst);
    }

    /** Whether any request has ever come; those of health checkers are not among them. */
    public boolean hasSeenAny() {
        return hasSeenUnknown || peers.hasSeenAny();
    }

    /** Returns the watcher of answered requests; null if there is none. */
    public @Nullable RequestWatcher watcher() {
        return watcher;
    }

    /** Sets the watcher of answered requests; null for none. */
    public void watch(@Nullable RequestWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** Whether the shutdown has begun. */
    public boolean isShuttingDown() {
        return shuttingDown;
    }

    /** Marks work that arrives from now on as late, by the time since the signal. A second call changes nothing. */
    public void beginShutdown(long nanos) {
        if (!shuttingDown) {
            signalNanos = nanos;
            peers.beginShutdown();
            shuttingDown = true;
        }
    }

    /** Returns the requests that have arrived since the shutdown began. */
    public LateTraffic late() {
        return late;
    }

    /**
     * Begins to watch the peers for the end of the lame duck.
     *
     * @param senders how many routers may stand behind one address; 0 to derive it
     */
    public LameDuck lameDuck(Duration min, Duration max, int senders) {
        return new LameDuck(peers, min, max, senders);
    }
}
