package io.ebbtide.examples.load;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of failed attempts, and their likely causes. */
enum Loss {
    /** The connection was refused. */
    REFUSED(
            "connection refused",
            "nothing listened on the port: a replica had closed it while the balancer still sent clients there (a lame duck"
                    + " that is shorter than the balancer's delay), or there was no replica"),
    /** The connection was closed or reset before the whole answer was received. */
    CUT(
            "connection closed before the answer",
            "the connection was closed with a request on it: a replica had closed its port while the balancer still sent"
                    + " clients there (a lame duck that is shorter than the balancer's delay), was killed, or"
                    + " aborted the request at the end of its drain"),
    /** No answer within the client's time-out. */
    TIMEOUT("no answer in time", "too few replicas for the load, or a dependency that hangs: compare utilisation"),
    /** An answer with a status of 500 or more. */
    SERVER_ERROR("status 5xx", "the service failed, or the balancer had no backend: compare ready replicas"),
    /** Any other failure. */
    OTHER("other failure", "see the text of the failure");

    private final String what;
    private final String sign;

    Loss(String what, String sign) {
        this.what = what;
        this.sign = sign;
    }

    /** A description of the failure. */
    String what() {
        return what;
    }

    /** The likely cause. */
    String sign() {
        return sign;
    }

    /**
     * The kind of an attempt.
     *
     * @param code a status; or, without an answer, JMeter's text, which ends with the exception's class
     * @param message the exception's message
     * @return null if the attempt was answered with a status below 500
     */
    static @Nullable Loss of(String code, String message) {
        if (code.matches("[1-9]\\d\\d")) {
            return code.compareTo("500") < 0 ? null : SERVER_ERROR;
        }
        String text = (code + " " + message).toLowerCase(Locale.ROOT);
        if (text.contains("refused")) {
            return REFUSED;
        }
        if (text.contains("timeout") || text.contains("timed out")) {
            return TIMEOUT;
        }
        if (text.contains("reset")
                || text.contains("nohttpresponse")
                || text.contains("connectionclosed")
                || text.contains("broken pipe")
                || text.contains("premature")) {
            return CUT;
        }
        return OTHER;
    }
}
