package io.ebbtide.budget;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;

/**
 * How a lame duck behaves, and when it ends. Immutable.
 *
 * @param policy what ends it
 * @param minimum under {@link LameDuckPolicy#ADAPTIVE}, its minimum duration, {@code >= 0}: before the lame duck
 *     has begun, no client can have noticed it
 * @param senders how many routers may stand behind one address, as behind SNAT or a mesh's sidecar, each of which may
 *     continue to send when the others have stopped: 1 to 1000, or 0 to derive it: 16 if one address, or this machine's own,
 *     sends more than 90 % of the requests, else 1
 * @param readiness what the readiness probe reports during the lame duck
 */
public record LameDuckRules(LameDuckPolicy policy, Duration minimum, int senders, LameDuckReadiness readiness) {
    private static final LameDuckRules DEFAULTS =
            new LameDuckRules(LameDuckPolicy.ADAPTIVE, Duration.ofSeconds(2), 0, LameDuckReadiness.FAIL);

    public LameDuckRules {
        Expect.present(policy, "lameDuckPolicy");
        Expect.notNegative(minimum, "lameDuckMin");
        Expect.between(0, 1_000, senders, "senders");
        Expect.present(readiness, "lameDuckReadiness");
    }

    /** Returns the defaults: adaptive, at least 2 s, senders derived, readiness answers 503 during it. */
    public static LameDuckRules defaults() {
        return DEFAULTS;
    }

    /** Returns a copy with the given policy. */
    public LameDuckRules withPolicy(LameDuckPolicy newPolicy) {
        return new LameDuckRules(newPolicy, minimum, senders, readiness);
    }

    /** Returns a copy with the given minimum time, {@code >= 0}. */
    public LameDuckRules withMinimum(Duration newMinimum) {
        return new LameDuckRules(policy, newMinimum, senders, readiness);
    }

    /** Returns a copy with the given number of routers, 0 to 1000. */
    public LameDuckRules withSenders(int newSenders) {
        return new LameDuckRules(policy, minimum, newSenders, readiness);
    }

    /** Returns a copy with the given readiness. */
    public LameDuckRules withReadiness(LameDuckReadiness newReadiness) {
        return new LameDuckRules(policy, minimum, senders, newReadiness);
    }

    /** Returns the rules as text: {@code adaptive, at least 2 s; readiness answers 503 during it}. */
    public String text() {
        String during = readiness == LameDuckReadiness.FAIL ? "answers 503" : "does not change";
        return switch (policy) {
            case ADAPTIVE -> "adaptive, at least %s; readiness %s during it".formatted(Durations.text(minimum), during);
            case FIXED -> "fixed; readiness %s during it".formatted(during);
            case NONE -> "none";
        };
    }
}
