package io.ebbtide.testkit.contract;

/** Tests one promise. Called by one thread at a time. */
@FunctionalInterface
interface Trial {
    /**
     * Returns if the promise was kept.
     *
     * @throws AssertionError if it was not; any other exception means the same
     */
    void on(Stage stage) throws Exception;
}
