package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

/** Compares the heap that the last collections could not free with the maximum heap. */
final class HeapCheck implements Callable<Outcome> {
    static final long UNKNOWN = -1;

    private final LongSupplier usedBytes;
    private final long maximumBytes;
    private final int maximumPercent;

    /** @param usedBytes after the last collections; {@link #UNKNOWN} if none examined the old objects */
    HeapCheck(LongSupplier usedBytes, long maximumBytes, int maximumPercent) {
        this.usedBytes = usedBytes;
        this.maximumBytes = maximumBytes;
        this.maximumPercent = Expect.between(1, 100, maximumPercent, "maximumPercent");
    }

    static HeapCheck ofThisProcess(int maximumPercent) {
        List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .toList();
        return new HeapCheck(
                () -> pools.stream().anyMatch(HeapCheck::isUncollected)
                        ? UNKNOWN
                        : pools.stream()
                                .map(MemoryPoolMXBean::getCollectionUsage)
                                .mapToLong(MemoryUsage::getUsed)
                                .sum(),
                Runtime.getRuntime().maxMemory(),
                maximumPercent);
    }

    /**
     * Whether a pool of old objects holds some that no collection has examined: G1 on 17 reports 0 for it until the
     * first mixed or full collection, which may be days after the start.
     */
    private static boolean isUncollected(MemoryPoolMXBean pool) {
        boolean isOld = pool.getName().contains("Old") || pool.getName().contains("Tenured");
        return isOld
                && pool.getCollectionUsage().getUsed() == 0
                && pool.getUsage().getUsed() > 0;
    }

    @Override
    public Outcome call() {
        long used = usedBytes.getAsLong();
        if (used == UNKNOWN) {
            return Outcome.up().with("usedPercent", "unknown").with("maximumPercent", maximumPercent);
        }
        long percent = used * 100 / maximumBytes;
        Outcome outcome = percent <= maximumPercent ? Outcome.up() : Outcome.down("heap is full after collection");
        return outcome.with("usedPercent", percent).with("maximumPercent", maximumPercent);
    }
}
