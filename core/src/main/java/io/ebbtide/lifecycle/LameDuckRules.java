package io.ebbtide.lifecycle;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;

/**
 * How a lame duck behaves, and when it ends. Immutable.
 *
 * @param policy by what it ends
 * @param least under {@link LameDuckPolicy#ADAPTIVE}, how long it lasts at least, {@code >= 0}: until it has begun,
 *     nobody can have learnt of it
 * @param senders how many routers may stand behind one address, as behind SNAT or a mesh's sidecar, each of which may go
 *     on sending when the others have stopped: 1 to 1000, or 0 to derive it: 16 if one address, or this machine's own,
 *     brings more than 90 % of the requests, else 1
 * @param readiness what the readiness probe says meanwhile
 */
public record LameDuckRules(LameDuckPolicy policy, Duration least, int senders, LameDuckReadiness readiness) {
    private static final LameDuckRules DEFAULTS =
            new LameDuckRules(LameDuckPolicy.ADAPTIVE, Duration.ofSeconds(2), 0, LameDuckReadiness.FAIL);

    public LameDuckRules {
        Expect.present(policy, "lameDuckPolicy");
        Expect.notNegative(least, "lameDuckMin");
        Expect.between(0, 1_000, senders, "senders");
        Expect.present(readiness, "lameDuckReadiness");
    }

    /** Adaptive, at least 2 s, senders derived, readiness fails. */
    public static LameDuckRules defaults() {
        return DEFAULTS;
    }

    /** The same by another policy. */
    public LameDuckRules withPolicy(LameDuckPolicy newPolicy) {
        return new LameDuckRules(newPolicy, least, senders, readiness);
    }

    /** The same with another least time, {@code >= 0}. */
    public LameDuckRules withLeast(Duration newLeast) {
        return new LameDuckRules(policy, newLeast, senders, readiness);
    }

    /** The same with another number of routers, 0 to 1000. */
    public LameDuckRules withSenders(int newSenders) {
        return new LameDuckRules(policy, least, newSenders, readiness);
    }

    /** The same with another readiness. */
    public LameDuckRules withReadiness(LameDuckReadiness newReadiness) {
        return new LameDuckRules(policy, least, senders, newReadiness);
    }

    /** In words: {@code adaptive from 2 s, readiness fails}. */
    public String text() {
        String end = switch (policy) {
            case ADAPTIVE -> "adaptive from " + Durations.text(least);
            case FIXED -> "fixed";
            case NONE -> "none";
        };
        return end + (readiness == LameDuckReadiness.FAIL ? ", readiness fails" : ", readiness stays");
    }
}
