package io.ebbtide.peers;

import io.ebbtide.internal.Ticker;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The senders of the traffic, and their arrivals. Safe for use by many threads; recording an arrival takes no lock. */
final class Peers {
    /** The maximum number of peers known one by one; of the others it is unknown which have stopped. */
    static final int MAX_KNOWN = 1_024;

    private static final long FORGET_EVERY_NANOS = 10_000_000_000L;

    private final Ticker ticker;
    private final long originNanos;
    private final Map<InetAddress, Peer> known = new ConcurrentHashMap<>();
    private final Arrivals others = new Arrivals();
    private final AtomicLong forgetNanos = new AtomicLong();
    private volatile boolean shuttingDown;

    Peers(Ticker ticker) {
        this.ticker = ticker;
        originNanos = ticker.nanos();
    }

    /**
     * Records a request.
     *
     * @param endsConnection whether it is a later one on a connection that ends with the response once the shutdown begins
     */
    void arrived(InetAddress address, boolean endsConnection) {
        long now = now();
        Peer peer = known.get(address);
        if (peer == null) {
            peer = newcomer(address, now);
        }
        if (peer == null) {
            others.add(now);
        } else {
            peer.arrived(now, endsConnection, shuttingDown);
        }
    }

    /** Marks the start of the shutdown: later requests come in spite of it. */
    void beginShutdown() {
        shuttingDown = true;
    }

    /** Returns the time on the clock of this object. */
    long now() {
        return ticker.nanos() - originNanos;
    }

    /** A peer and its number of requests in the window at one moment. */
    record Counted(Peer peer, long count) {}

    /** Returns the known peers that sent requests in the window until now, the busiest first. */
    List<Counted> busiest() {
        long now = now();
        return known.values().stream()
                .map(peer -> new Counted(peer, peer.count(now))) // once: a sort by counts that change may throw
                .filter(counted -> counted.count() > 0)
                .sorted(Comparator.comparing(Counted::count).reversed())
                .toList();
    }

    /** Returns the number of requests in the window until now from unknown peers. */
    long countOfOthers() {
        return others.count(now());
    }

    /** Whether any request has ever come. */
    boolean hasSeenAny() {
        return !known.isEmpty(); // others are counted only while so many are known
    }

    private @Nullable Peer newcomer(InetAddress address, long now) {
        if (known.size() >= MAX_KNOWN) {
            forgetSilent(now);
        }
        return known.size() < MAX_KNOWN
                ? known.computeIfAbsent(address, each -> new Peer(each.getHostAddress()))
                : null;
    }

    /** A service that runs for months sees more addresses than it can know, of which few still send. */
    private void forgetSilent(long now) {
        long due = forgetNanos.get();
        if (now >= due && forgetNanos.compareAndSet(due, now + FORGET_EVERY_NANOS)) {
            known.values().removeIf(each -> each.count(now) == 0);
        }
    }
}
