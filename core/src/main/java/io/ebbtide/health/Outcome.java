package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of one run of a check. Immutable. Control characters in its texts are escaped; a reason is without
 * credentials, and truncated after 256 characters.
 *
 * @param passed whether the run passed
 * @param reason the fault, in a few words that may be public: it is shown by the probes, so no host, no user, no
 *     exception text; empty when passed
 * @param details further information, such as a role or a latency; values are strings, numbers or booleans
 * @param cause logged, without secrets, when the verdict changes; never shown by a probe
 */
public record Outcome(
        boolean passed,
        String reason,
        Map<String, Object> details,
        @Nullable Throwable cause) {
    private static final Outcome UP = new Outcome(true, "", Map.of(), null);

    public Outcome {
        reason = Printable.line(Redact.text(Expect.present(reason, "reason")));
        var plain = new LinkedHashMap<String, Object>();
        for (Map.Entry<String, Object> detail :
                Expect.present(details, "details").entrySet()) {
            plain.put(Printable.line(Redact.text(detail.getKey())), plain(detail.getKey(), detail.getValue()));
        }
        details = Collections.unmodifiableMap(plain);
    }

    /** Returns an outcome that passed. */
    public static Outcome up() {
        return UP;
    }

    /** Returns an outcome that failed for the given reason. */
    public static Outcome down(String reason) {
        return new Outcome(false, Expect.text(reason, "reason"), Map.of(), null);
    }

    /** Returns a copy with one more detail; an old value of the same name is replaced. */
    public Outcome with(String name, Object value) {
        var more = new LinkedHashMap<>(details);
        more.put(Expect.text(name, "name"), value);
        return new Outcome(passed, reason, more, cause);
    }

    /** Returns a copy with the given cause. */
    public Outcome causedBy(@Nullable Throwable newCause) {
        return new Outcome(passed, reason, details, newCause);
    }

    /** Returns a value that no longer changes and can be serialized: a live counter is read now. */
    private static Object plain(String name, @Nullable Object value) {
        if (value instanceof String text) {
            return Printable.escape(text);
        }
        if (value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Double
                || value instanceof BigInteger
                || value instanceof BigDecimal) {
            return value;
        }
        if (value instanceof Number number) {
            double exact = number.doubleValue();
            return exact == Math.rint(exact) ? (Object) number.longValue() : (Object) exact;
        }
        throw Expect.wrong(
                "detail '" + name + "'",
                value == null ? "null" : value.getClass().getName(),
                "a string, a number or a boolean");
    }
}
