package io.ebbtide.benchmarks;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.time.Duration;
import java.util.Set;

/** From a signal to the end of a process, and that the process ended as it was meant to. Stateless. */
final class SignalledExit {
    /** No service that starts or ends takes this long: only one that hangs. */
    static final Duration HANG = Duration.ofSeconds(60);

    private SignalledExit() {}

    /**
     * Starts a service, sends it SIGTERM once a line of its output contains a pattern, and waits for its end.
     *
     * @param codes the exit codes that are right
     * @return SIGTERM to exit
     */
    static Duration measure(JavaLauncher launcher, String ready, Set<Integer> codes) throws InterruptedException {
        try (ServiceProcess service = launcher.start()) {
            service.awaitLine(ready, HANG);
            service.signal("TERM");
            return awaitExit(service, codes);
        }
    }

    /**
     * Waits for the end of a service that has got a signal.
     *
     * @return the first signal to exit
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
