package io.ebbtide.lifecycle;

import io.ebbtide.internal.JdkModules;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Handles SIGTERM and SIGINT, and warns of everything that prevents this. Stateless. */
final class SignalHandlers {
    private static final List<String> SIGNALS = List.of("TERM", "INT");

    private SignalHandlers() {}

    /**
     * Installs a handler for each signal, unless another component has one already.
     *
     * @param handler called with the signal's name ({@code TERM}) on a thread of its own
     * @param warn gets a line for each signal that is not handled, with the remedy
     */
    static void install(Consumer<String> handler, Consumer<String> warn) {
        for (String signal : SIGNALS) {
            String warning = warningUnlessOurs(signal, SignalPort.handle(signal, handler));
            if (warning != null) {
                warn.accept(warning);
            }
        }
    }

    /** Warns of handlers that were installed later, in place of ours. */
    static void warnOfLaterOnes(Consumer<String> warn) {
        for (String signal : SIGNALS) {
            String other = SignalPort.takenBy(signal);
            if (other != null) {
                warn.accept(
                        ("SIG%s is no longer handled by Ebbtide but by %s, which was installed later: it must call the handler that"
                                        + " it replaced, which then shuts the service down; where it calls System.exit instead, a"
                                        + " shutdown hook does, beside all other hooks (expected: no other handler of this signal)")
                                .formatted(signal, other));
            }
        }
    }

    private static @Nullable String warningUnlessOurs(String signal, SignalPort.Handling handling) {
        return switch (handling.owner()) {
            case OURS -> null;
            case NOBODY ->
                ("SIG%s %s: the JVM was started with -Xrs or -XX:+ReduceSignalUsage, which leaves no handler and no shutdown"
                                + " hook; start it without")
                        .formatted(
                                signal,
                                ProcessHandle.current().pid() == 1
                                        ? "will do nothing until SIGKILL comes, as this process is PID 1"
                                        : "will end this process at once and lose what is in flight");
            case IGNORED ->
                signal.equals("TERM")
                        ? "SIGTERM is ignored, as the process that started this one ignores it (trap '' TERM), which Java"
                                + " cannot change: only SIGKILL will end this service, and lose what is in flight; start it"
                                + " without the trap, or by coreutils' env --default-signal=TERM"
                        : null; // normal for the background job of a script
            case JVM ->
                ("SIG%s cannot be handled, as %s; a shutdown hook drains instead, beside all other hooks, and the exit"
                                + " code is the JVM's; %s")
                        .formatted(
                                signal,
                                JdkModules.isResolved(JdkModules.UNSUPPORTED)
                                        ? "a class loader hides sun.misc.Signal"
                                        : "this process lacks the module " + JdkModules.UNSUPPORTED,
                                JdkModules.isResolved(JdkModules.UNSUPPORTED)
                                        ? "have it delegate the package sun.misc to the JDK"
                                        : JdkModules.remedy(JdkModules.UNSUPPORTED));
            case OTHER ->
                ("SIG%s is handled by %s, who keeps it; if that ends in System.exit, a shutdown hook drains, beside"
                                + " all other hooks; have it leave the signal alone")
                        .formatted(signal, handling.handler());
        };
    }
}
