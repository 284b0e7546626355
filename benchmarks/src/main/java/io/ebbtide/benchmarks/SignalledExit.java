package io.ebbtide.benchmarks;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.time.Duration;
import java.util.Set;

/** Measures the time from a signal to the end of a process, and verifies its exit code. Stateless. */
final class SignalledExit {
    /** Only a service that hangs takes this long to start or end. */
    static final Duration HANG = Duration.ofSeconds(60);

    private SignalledExit() {}

    /**
     * Starts a service, sends it SIGTERM once a line of its output contains a pattern, and waits for its end.
     *
     * @param codes the expected exit codes
     * @return the time from SIGTERM to exit
     */
    static Duration measure(JavaLauncher launcher, String ready, Set<Integer> codes) throws InterruptedException {
        try (ServiceProcess service = launcher.start()) {
            service.awaitLine(ready, HANG);
            service.signal("TERM");
            return awaitExit(service, codes);
        }
    }

    /**
     * Waits for the end of a service that has received a signal.
     *
     * @return the time from the first signal to exit
     * @throws IllegalStateException if it ended with another code; the message shows the output
     */
    static Duration awaitExit(ServiceProcess service, Set<Integer> codes) throws InterruptedException {
        ServiceProcess.Exit exit = service.awaitExit(HANG);
        if (!codes.contains(exit.code())) {
            throw new IllegalStateException(
                    "exit code: %d (expected: one of %s); output:%n%s".formatted(exit.code(), codes, service.output()));
        }
        return exit.sinceSignal();
    }
}
