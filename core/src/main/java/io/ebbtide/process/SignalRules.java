package io.ebbtide.process;

import java.util.function.BooleanSupplier;

/** The reaction to a signal, by its name, the number of signals before it, and its sender. */
final class SignalRules {
    /** The action to take. */
    enum Reaction {
        /** Begin to shut down, with the lame duck. */
        SHUT_DOWN,
        /** Begin to shut down, without it. */
        SHUT_DOWN_AT_ONCE,
        /** Skip the rest of the lame duck. */
        SKIP_LAME_DUCK,
        /** End the process now. */
        HALT
    }

    private SignalRules() {}

    /**
     * @param count how many signals have come, this one included
     * @param interactive whether a person is at a terminal and no orchestrator stops the process: Nomad sends SIGINT,
     *     too
     */
    static Reaction reactionTo(String signal, int count, BooleanSupplier interactive) {
        boolean person = signal.equals("INT") && interactive.getAsBoolean();
        return switch (count) {
            case 1 -> person ? Reaction.SHUT_DOWN_AT_ONCE : Reaction.SHUT_DOWN;
            case 2 -> person ? Reaction.HALT : Reaction.SKIP_LAME_DUCK;
            default -> Reaction.HALT;
        };
    }

    /** The exit code that a shell reports for a process ended by this signal. */
    static int exitCodeOf(String signal) {
        return 128 + (signal.equals("INT") ? 2 : 15);
    }
}
