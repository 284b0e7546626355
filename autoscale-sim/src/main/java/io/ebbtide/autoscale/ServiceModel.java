package io.ebbtide.autoscale;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;

/**
 * The performance of a pod of the service, and its cost. Immutable; each {@code with} returns a copy.
 *
 * <p>A pod works on {@code concurrency} requests at a time, each for {@code serviceTime}, so by Little's law it answers
 * {@code concurrency / serviceTime} requests in a second. Requests beyond that wait, at most for {@code maxWait}; a request that would
 * wait longer is counted as over capacity.
 *
 * @param serviceTime mean time of one request in a pod that has a free worker, 100 µs to 1 h
 * @param concurrency requests that a pod works on at a time, 1 to 1,000,000
 * @param maxWait how long a request may wait for a worker, up to 365 days
 * @param cpuAtCapacity processor time of a pod that is full, divided by its container's request, {@code > 0}; 1 unless set
 * @param cpuIdle the same for a pod without work; 0.02 unless set
 * @param cpuStarting the same for a pod that starts; 1 unless set
 * @param memory memory of a pod divided by its requests, at any load; 0.6 unless set
 * @param scheduling time from the autoscaler's decision until the container starts: scheduling and image; 3 s unless set
 * @param startUp time from the start of the container until the process is ready; 20 s unless set
 * @param propagation time from a pod's deletion until no client or balancer sends it requests; 5 s unless set
 */
public record ServiceModel(
        Duration serviceTime,
        int concurrency,
        Duration maxWait,
        double cpuAtCapacity,
        double cpuIdle,
        double cpuStarting,
        double memory,
        Duration scheduling,
        Duration startUp,
        Duration propagation) {
    private static final Duration SHORTEST = Duration.ofNanos(100_000);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    /**
     * Validates.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public ServiceModel {
        Times.checkBetween(SHORTEST, HOUR, serviceTime, "serviceTime");
        Expect.between(1, 1_000_000, concurrency, "concurrency");
        Times.checkBetween(Duration.ZERO, Durations.LONGEST, maxWait, "maxWait");
        share(cpuAtCapacity, "cpuAtCapacity");
        if (cpuAtCapacity == 0) {
            throw Expect.wrong("cpuAtCapacity", cpuAtCapacity, "> 0");
        }
        share(cpuIdle, "cpuIdle");
        share(cpuStarting, "cpuStarting");
        share(memory, "memory");
        Times.checkBetween(Duration.ZERO, DAY, scheduling, "scheduling");
        Times.checkBetween(Duration.ZERO, DAY, startUp, "startUp");
        Times.checkBetween(Duration.ZERO, HOUR, propagation, "propagation");
    }

    private static void share(double value, String name) {
        if (!(value >= 0) || value > 1000) {
            throw Expect.wrong(name, value, "0 to 1000, as a share of the request");
        }
    }

    /**
     * A service whose requests wait at most 1 s for a worker.
     *
     * @param serviceTime mean time of one request in a pod that has a free worker, 100 µs to 1 h
     * @param concurrency requests that a pod works on at a time, 1 to 1,000,000
     */
    public static ServiceModel of(Duration serviceTime, int concurrency) {
        return new ServiceModel(
                serviceTime,
                concurrency,
                Duration.ofSeconds(1),
                1,
                0.02,
                1,
                0.6,
                Duration.ofSeconds(3),
                Duration.ofSeconds(20),
                Duration.ofSeconds(5));
    }

    /** Returns a copy with the given maximum time that a request may wait for a worker. */
    public ServiceModel withMaxWait(Duration other) {
        return new ServiceModel(
                serviceTime,
                concurrency,
                other,
                cpuAtCapacity,
                cpuIdle,
                cpuStarting,
                memory,
                scheduling,
                startUp,
                propagation);
    }

    /** Returns a copy for messages of a queue: they may wait without limit, so none is over capacity. */
    public ServiceModel withQueue() {
        return withMaxWait(Durations.LONGEST);
    }

    /** Returns a copy with the given processor time, each divided by the container's request. */
    public ServiceModel withCpu(double atCapacity, double idle, double starting) {
        return new ServiceModel(
                serviceTime,
                concurrency,
                maxWait,
                atCapacity,
                idle,
                starting,
                memory,
                scheduling,
                startUp,
                propagation);
    }

    /** Returns a copy with the given memory, divided by the requests. */
    public ServiceModel withMemory(double other) {
        return new ServiceModel(
                serviceTime,
                concurrency,
                maxWait,
                cpuAtCapacity,
                cpuIdle,
                cpuStarting,
                other,
                scheduling,
                startUp,
                propagation);
    }

    /** Returns a copy with the given times until a container starts, and from then until the process is ready. */
    public ServiceModel withStart(Duration otherScheduling, Duration otherStartUp) {
        return new ServiceModel(
                serviceTime,
                concurrency,
                maxWait,
                cpuAtCapacity,
                cpuIdle,
                cpuStarting,
                memory,
                otherScheduling,
                otherStartUp,
                propagation);
    }

    /** Returns a copy with the given time until a deleted pod receives no more requests. */
    public ServiceModel withPropagation(Duration other) {
        return new ServiceModel(
                serviceTime,
                concurrency,
                maxWait,
                cpuAtCapacity,
                cpuIdle,
                cpuStarting,
                memory,
                scheduling,
                startUp,
                other);
    }

    /** The number of requests per second that a pod answers at capacity. */
    public double podRate() {
        return concurrency / seconds(serviceTime);
    }

    boolean queues() {
        return maxWait.compareTo(Durations.LONGEST) >= 0;
    }

    static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / 1e9;
    }
}
