package io.ebbtide.lifecycle;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes after the last state: the report is told, the frame closed, the log flushed. Confine to one thread. */
final class LastWords {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Duration MOST = Duration.ofSeconds(1);

    private final String service;
    private final Deadlines deadlines;
    private final Herald herald;
    private final BackgroundLog log;
    private final Ticker ticker;

    LastWords(String service, Deadlines deadlines, Herald herald, BackgroundLog log, Ticker ticker) {
        this.service = service;
        this.deadlines = deadlines;
        this.herald = herald;
        this.log = log;
        this.ticker = ticker;
    }

    void report(ShutdownReport report) {
        log.write(LOG, to -> {
            if (report.isClean()) {
                to.info(report.json());
            } else {
                to.warn(report.json());
            }
        });
        for (String advice : report.advice()) {
            log.write(LOG, to -> to.warn("'{}': {}", service, advice));
        }
        herald.stopped(report);
        herald.await(Durations.min(halfOfTheRest(), MOST)); // of the margin, if others have used up all else
    }

    void fault(Throwable fault) {
        log.write(LOG, to -> to.error("the shutdown of '{}' failed: {}", service, Redact.trace(fault)));
    }

    void closeFrame(Deque<Part> frame) {
        var stopper = new Stopper(service, ticker, () -> Durations.min(halfOfTheRest(), MOST));
        stopper.stopAll(frame, 0);
        for (ShutdownReport.Stop stop : stopper.stops()) {
            if (stop.ending() != ShutdownReport.Ending.STOPPED) {
                log.write(
                        LOG,
                        to -> to.warn("the {} of '{}': {}, {}", stop.name(), service, stop.ending(), stop.detail()));
            }
        }
    }

    /** Returns whether the logger took everything in time. */
    boolean end() {
        herald.close();
        boolean told = log.flush(Durations.min(halfOfTheRest(), MOST));
        log.close();
        return told;
    }

    private Duration halfOfTheRest() {
        return deadlines.untilAlarm().dividedBy(2);
    }
}
