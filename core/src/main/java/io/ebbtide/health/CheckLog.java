package io.ebbtide.health;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Lines;
import io.ebbtide.internal.Redact;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log lines of one check. Safe for use by many threads; never blocks. */
final class CheckLog {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    private final String check;
    private final String service;
    private final BackgroundLog log;

    CheckLog(String check, String service, BackgroundLog log) {
        this.check = check;
        this.service = service;
        this.log = log;
    }

    void turned(boolean up, Outcome outcome) {
        String cause = outcome.cause() == null ? "" : " (" + Redact.oneLine(outcome.cause()) + ")";
        log.write(LOG, to -> {
            if (up) {
                to.info("check '{}' of '{}' is up", check, service);
            } else {
                to.warn("check '{}' of '{}' is down: {}{}", check, service, outcome.reason(), cause);
            }
        });
    }

    void stale(Duration after) {
        log.write(
                LOG,
                to -> to.warn(
                        "check '{}' of '{}' is stale: no result for more than {}",
                        check,
                        service,
                        Durations.text(after)));
    }

    void stuck(Duration timeout, Lines stack) {
        log.write(
                LOG,
                to -> to.warn(
                        "check '{}' of '{}' gave no answer within {}; its thread is at{}",
                        check,
                        service,
                        Durations.text(timeout),
                        stack));
    }

    void actionFailed(String what, Throwable failure) {
        String why = Redact.oneLine(failure);
        log.write(LOG, to -> to.warn("the {} action of check '{}' of '{}' failed: {}", what, check, service, why));
    }
}
