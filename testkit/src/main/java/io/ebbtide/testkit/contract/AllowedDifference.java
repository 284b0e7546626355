package io.ebbtide.testkit.contract;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The cases in which an adapter may answer differently from the bare server. Any other difference fails the trial. */
enum AllowedDifference {
    /** The probes are the adapter's own paths; on the bare server the application answers them with 404. */
    PROBE("a probe is answered by the adapter; without the adapter the application answers it") {
        @Override
        boolean explains(Answers bare, Answers seen) {
            if (bare.statuses().isEmpty() && seen.statuses().isEmpty()) { // HTTP/0.9
                return bare.text().isEmpty() && seen.text().startsWith(PROBE_BODY);
            }
            return PROBE_HEAD.matcher(seen.text()).find() && othersAgree(bare.finals(), seen.finals());
        }

        /**
         * Each answer that differs from the bare server's replaces the application's 404; or there are more answers, and the last
         * is a probe's: if the application waits for a malformed body, the bare server ends the connection without
         * an answer, and Undertow also drops the answers to earlier requests, which it buffers to send them together.
         */
        private boolean othersAgree(List<Integer> bare, List<Integer> seen) {
            boolean more = seen.size() > bare.size() && PROBE_STATUSES.contains(seen.get(seen.size() - 1));
            if (seen.size() != bare.size() && !more) {
                return false;
            }
            for (int i = 0; i < bare.size(); i++) {
                boolean isProbes = bare.get(i) == 404 && PROBE_STATUSES.contains(seen.get(i));
                if (seen.get(i) / 100 != bare.get(i) / 100 && !isProbes) {
                    return false;
                }
            }
            return true;
        }
    },

    /** As Tomcat does after a request with {@code Expect: 100-continue} whose content it has not read. */
    CLOSED_AFTER_AN_ERROR(
            "the bare server closes after the application's 404; a probe's 200 is no error, so the next request is read") {
        @Override
        boolean explains(Answers bare, Answers seen) {
            int last = bare.finals().size() - 1;
            return last >= 0
                    && last < seen.finals().size() - 1
                    && bare.finals().get(last) == 404
                    && seen.finals().get(last) == 200
                    && bare.finals().subList(0, last).equals(seen.finals().subList(0, last))
                    && CLOSING_HEAD.matcher(bare.text()).find()
                    && PROBE_HEAD.matcher(seen.text()).find();
        }
    };

    private static final List<Integer> PROBE_STATUSES = List.of(200, 405, 503);

    private static final String PROBE_BODY = "{\"status\":\"";

    /** The head of each answer to a probe, also for HEAD. */
    private static final Pattern PROBE_HEAD = Pattern.compile("(?i)\r\nCache-Control: ?no-store\r\n");

    private static final Pattern CLOSING_HEAD = Pattern.compile("(?i)\r\nConnection: ?close\r\n");

    private final String reason;

    AllowedDifference(String reason) {
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    /** The difference that explains why the answers are not of the same classes; null if none does. */
    static @Nullable AllowedDifference of(Answers bare, Answers seen) {
        for (AllowedDifference each : values()) {
            if (each.explains(bare, seen)) {
                return each;
            }
        }
        return null;
    }

    abstract boolean explains(Answers bare, Answers seen);
}
