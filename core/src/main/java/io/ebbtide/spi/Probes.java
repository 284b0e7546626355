package io.ebbtide.spi;

import io.ebbtide.internal.Expect;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers liveness, readiness and startup probes at {@code /health/live}, {@code /health/ready},
 * {@code /health/startup}, everything at {@code /health}, and each group of checks at {@code /health/<group>}. Safe for
 * use by many threads; answering does no I/O, takes no lock and never waits.
 *
 * <p>Without details an answer is the status, and a reason that reveals no internals: {@code starting},
 * {@code leaving}, {@code held} or {@code broken}.
 */
public final class Probes {
    private static final ProbeResponse METHOD_NOT_ALLOWED = ProbeResponse.methodNotAllowed();

    private final Function<String, @Nullable ProbeResponse> answers;

    /**
     * Creates the probes of one service for one port; the library does so.
     *
     * @param answers returns the answer to a GET of a normalized path, null if that is no probe; called by any thread, must not block
     */
    public Probes(Function<String, @Nullable ProbeResponse> answers) {
        this.answers = Expect.present(answers, "answers");
    }

    /**
     * Returns the answer to a request. OPTIONS, which HAProxy sends by default, gets the status of a GET.
     *
     * @param method as on the request line
     * @param path without query, decoded or not; path parameters and a slash at its end change nothing
     * @return the answer; null if this is no probe
     */
    public @Nullable ProbeResponse answer(String method, String path) {
        ProbeResponse response = answers.apply(ProbePath.normal(path));
        if (response == null || method.equals("GET") || method.equals("HEAD")) {
            return response;
        }
        return method.equals("OPTIONS") ? response.toOptions() : METHOD_NOT_ALLOWED;
    }

    /** Returns the answer to a method that is not served (RFC 9110, section 15.5.6). */
    public static ProbeResponse methodNotAllowed() {
        return METHOD_NOT_ALLOWED;
    }
}
