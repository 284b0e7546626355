package io.ebbtide.benchmarks;

/** Measures and reports its figures. Called once, by one thread. */
@FunctionalInterface
interface Benchmark {
    /**
     * Takes seconds to minutes.
     *
     * @throws Exception if it could not measure; the other benchmarks still run
     */
    void measure(Results results) throws Exception;
}
