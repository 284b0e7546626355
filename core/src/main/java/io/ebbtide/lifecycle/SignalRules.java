package io.ebbtide.lifecycle;

import java.util.function.BooleanSupplier;

/** What a signal means: which it is, how many came before, and who sent it. */
final class SignalRules {
    /** What to do. */
    enum Reaction {
        /** Begin to leave, with the lame duck. */
        LEAVE,
        /** Begin to leave, without. */
        LEAVE_AT_ONCE,
        /** Leave out what is left of the lame duck. */
        SKIP_LAME_DUCK,
        /** End the process now. */
        HALT
    }

    private SignalRules() {}

    /**
     * @param count how many signals have come, this one included
     * @param interactive whether a person sits at a terminal and no orchestrator does the stopping: Nomad sends SIGINT,
     *     too
     */
    static Reaction reactionTo(String signal, int count, BooleanSupplier interactive) {
        boolean person = signal.equals("INT") && interactive.getAsBoolean();
        return switch (count) {
            case 1 -> person ? Reaction.LEAVE_AT_ONCE : Reaction.LEAVE;
            case 2 -> person ? Reaction.HALT : Reaction.SKIP_LAME_DUCK;
            default -> Reaction.HALT;
        };
    }

    /** The exit code that a shell reports for a process ended by this signal. */
    static int exitCodeOf(String signal) {
        return 128 + (signal.equals("INT") ? 2 : 15);
    }
}
