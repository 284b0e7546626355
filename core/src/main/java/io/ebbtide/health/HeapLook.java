package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

/** Compares what the last collections left in the heap with the largest heap allowed. */
final class HeapLook implements Callable<Outcome> {
    private final LongSupplier usedBytes;
    private final long maximumBytes;
    private final int maximumPercent;

    HeapLook(LongSupplier usedBytes, long maximumBytes, int maximumPercent) {
        this.usedBytes = usedBytes;
        this.maximumBytes = maximumBytes;
        this.maximumPercent = Expect.between(1, 100, maximumPercent, "maximumPercent");
    }

    static HeapLook ofThisProcess(int maximumPercent) {
        List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .toList();
        return new HeapLook(
                () -> pools.stream()
                        .map(MemoryPoolMXBean::getCollectionUsage)
                        .mapToLong(MemoryUsage::getUsed)
                        .sum(),
                Runtime.getRuntime().maxMemory(),
                maximumPercent);
    }

    @Override
    public Outcome call() {
        long used = usedBytes.getAsLong();
        long percent = used * 100 / maximumBytes;
        Outcome outcome = percent <= maximumPercent ? Outcome.up() : Outcome.down("heap is full after collection");
        return outcome.with("usedPercent", percent).with("maximumPercent", maximumPercent);
    }
}
