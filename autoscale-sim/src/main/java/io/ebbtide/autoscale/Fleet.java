package io.ebbtide.autoscale;

import java.util.ArrayList;
import java.util.List;

/**
 * The pods of a workload, grouped by the decision that created them. Not thread-safe; confine to one thread.
 */
final class Fleet {
    /*
     * Pods of one decision always stay alike, and pods are removed youngest first (a ReplicaSet deletes those that do not run or are
     * not ready before others, and of ready ones those that became ready last), so a list ordered by age is the complete state.
     * Batches that no rule distinguishes any more are merged; their number is bounded by the period that the rules consider.
     */

    private final List<Batch> batches = new ArrayList<>();
    private final List<Deleted> terminating = new ArrayList<>();
    private int size;
    private int terminatingSize;

    /** The pods of one decision. */
    static final class Batch {
        private int count;
        private final long startedMillis;
        private final long readyMillis;

        Batch(int count, long startedMillis, long readyMillis) {
            this.count = count;
            this.startedMillis = startedMillis;
            this.readyMillis = readyMillis;
        }

        int count() {
            return count;
        }

        /** The time when the container starts. */
        long startedMillis() {
            return startedMillis;
        }

        long readyMillis() {
            return readyMillis;
        }
    }

    /** Pods that were deleted together. */
    private record Deleted(int count, long goneMillis) {}

    void add(int count, long startedMillis, long readyMillis) {
        batches.add(new Batch(count, startedMillis, readyMillis));
        size += count;
    }

    /** Deletes pods, the youngest first; returns how many of them were ready. */
    int remove(int count, long nowMillis) {
        int ready = 0;
        int remaining = count;
        while (remaining > 0 && !batches.isEmpty()) {
            Batch youngest = batches.get(batches.size() - 1);
            int taken = Math.min(remaining, youngest.count);
            ready += youngest.readyMillis <= nowMillis ? taken : 0;
            youngest.count -= taken;
            remaining -= taken;
            if (youngest.count == 0) {
                batches.remove(batches.size() - 1);
            }
        }
        size -= count - remaining;
        return ready;
    }

    void terminate(int count, long goneMillis) {
        if (count > 0) {
            terminating.add(new Deleted(count, goneMillis));
            terminatingSize += count;
        }
    }

    /** The number of pods that are not deleted. */
    int size() {
        return size;
    }

    int ready(long nowMillis) {
        int unready = 0;
        for (int i = batches.size() - 1; i >= 0 && batches.get(i).readyMillis > nowMillis; i--) {
            unready += batches.get(i).count;
        }
        return size - unready;
    }

    /** The number of deleted pods that still exist. */
    int terminating(long nowMillis) {
        while (!terminating.isEmpty() && terminating.get(0).goneMillis() <= nowMillis) {
            terminatingSize -= terminating.remove(0).count();
        }
        return terminatingSize;
    }

    List<Batch> batches() {
        return batches;
    }

    /** Merges the batches that became ready before this time. */
    void merge(long readyBeforeMillis) {
        int old = 0;
        while (old < batches.size() && batches.get(old).readyMillis < readyBeforeMillis) {
            old++;
        }
        if (old > 1) {
            Batch youngest = batches.get(old - 1);
            for (int i = 0; i < old - 1; i++) {
                youngest.count += batches.get(i).count;
            }
            batches.subList(0, old - 1).clear();
        }
    }
}
