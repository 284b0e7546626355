package io.ebbtide.lifecycle;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;

/**
 * When a lame duck ends. Immutable.
 *
 * @param policy by what
 * @param least under {@link LameDuckPolicy#ADAPTIVE}, how long it lasts at least, {@code >= 0}: until it has begun,
 *     nobody can have learnt of it
 * @param senders how many routers may stand behind one address, as behind SNAT or a mesh's sidecar, each of which may go
 *     on sending when the others have stopped: 1 to 1000, or 0 to derive it: 16 if one address, or this machine's own,
 *     brings more than 90 % of the requests, else 1
 */
public record LameDuckRules(LameDuckPolicy policy, Duration least, int senders) {
    private static final LameDuckRules DEFAULTS = new LameDuckRules(LameDuckPolicy.ADAPTIVE, Duration.ofSeconds(2), 0);

    public LameDuckRules {
        Expect.present(policy, "lameDuckPolicy");
        Expect.notNegative(least, "lameDuckMin");
        Expect.between(0, 1_000, senders, "senders");
    }

    /** Adaptive, at least 2 s, senders derived. */
    public static LameDuckRules defaults() {
        return DEFAULTS;
    }

    /** The same by another policy. */
    public LameDuckRules withPolicy(LameDuckPolicy newPolicy) {
        return new LameDuckRules(newPolicy, least, senders);
    }

    /** The same with another least time. */
    public LameDuckRules withLeast(Duration newLeast) {
        return new LameDuckRules(policy, newLeast, senders);
    }

    /** The same with another number of routers. */
    public LameDuckRules withSenders(int newSenders) {
        return new LameDuckRules(policy, least, newSenders);
    }

    /** In words: {@code adaptive from 2 s}. */
    public String text() {
        return switch (policy) {
            case ADAPTIVE -> "adaptive from " + Durations.text(least);
            case FIXED -> "fixed";
            case NONE -> "none";
        };
    }
}
