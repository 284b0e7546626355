package io.ebbtide.lifecycle;

/** Work that must be done before the service counts as started, such as filling a cache. */
@FunctionalInterface
public interface StartupTask {
    /**
     * Does the work. Runs on the thread that starts the service, once all components have started and traffic sources
     * listen; may take as long as the platform's startup probe allows; interrupted when the shutdown begins.
     *
     * @throws Exception if the service must not run without it: the service then stops and fails to start
     */
    void run() throws Exception;
}
