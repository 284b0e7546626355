package io.ebbtide.process;

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
                                        + " it replaced, which then shuts the service down; if it calls System.exit instead, the drain"
                                        + " runs in a shutdown hook, concurrently with all other shutdown hooks (expected: no other handler of this"
                                        + " signal)")
                                .formatted(signal, other));
            }
        }
    }

    private static @Nullable String warningUnlessOurs(String signal, SignalPort.Handling handling) {
        return switch (handling.owner()) {
            case OURS -> null;
            case DEFAULT ->
                ("SIG%s %s: the JVM was started with -Xrs or -XX:+ReduceSignalUsage, which permits no handler and no shutdown"
                                + " hook; remove that option")
                        .formatted(
                                signal,
                                ProcessHandle.current().pid() == 1
                                        ? "will have no effect until SIGKILL, because this process is PID 1"
                                        : "will end this process at once, and work in flight will be lost");
            case IGNORED ->
                signal.equals("TERM")
                        ? "SIGTERM is ignored, because the process that started this one ignores it (trap '' TERM), which Java"
                                + " cannot change: only SIGKILL will end this service, and work in flight will be lost; start it"
                                + " without the trap, or by coreutils' env --default-signal=TERM"
                        : null; // normal for the background job of a script
            case JVM ->
                ("SIG%s cannot be handled, because %s; the drain runs in a shutdown hook, concurrently with all other shutdown hooks,"
                                + " and the exit code is the JVM's; %s")
                        .formatted(
                                signal,
                                JdkModules.isResolved(JdkModules.UNSUPPORTED)
                                        ? "a class loader hides sun.misc.Signal"
                                        : "this process lacks the module " + JdkModules.UNSUPPORTED,
                                JdkModules.isResolved(JdkModules.UNSUPPORTED)
                                        ? "have it delegate the package sun.misc to the JDK"
                                        : JdkModules.remedy(JdkModules.UNSUPPORTED));
            case OTHER ->
                ("SIG%s is handled by %s, which remains installed; if that handler calls System.exit, the drain runs in a"
                                + " shutdown hook, concurrently with all other shutdown hooks; configure it not to handle the signal")
                        .formatted(signal, handling.handler());
        };
    }
}
