package io.ebbtide.testkit.contract;

/** Tries one promise. Called by one thread at a time. */
@FunctionalInterface
interface Trial {
    /**
     * Returns if the promise was kept.
     *
     * @throws AssertionError if it was not; so does any exception say
     */
    void on(Stage stage) throws Exception;
}
