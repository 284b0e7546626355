package io.ebbtide.sequence;

import io.ebbtide.internal.Redact;
import java.net.BindException;

/** Explains to the operator why a service could not start. Stateless. */
public final class StartFailure {
    private static final int MAX_CAUSES = 8;

    private StartFailure() {}

    /**
     * Whether its message states what is wrong and what was expected, so that no stack is needed to fix it: a setting, a name
     * in use, a port.
     */
    public static boolean isExplained(Throwable failure) {
        Throwable each = failure;
        for (int i = 0; each != null && i < MAX_CAUSES; i++, each = each.getCause()) {
            if (each instanceof BindException || Redact.oneLine(each).contains("expected: ")) {
                return true;
            }
        }
        return false;
    }

    /** Returns one line about a service that could not even be built. */
    public static String unbuilt(String service, Throwable failure) {
        return "'%s' cannot be built: %s".formatted(service, Redact.oneLine(failure));
    }
}
