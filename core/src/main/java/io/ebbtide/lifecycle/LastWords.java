package io.ebbtide.lifecycle;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Lines;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps after the last state: publishes the report, closes the frame, flushes the log. Confine to one thread. */
final class LastWords {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Duration MOST = Duration.ofSeconds(1);

    private final String service;
    private final Deadlines deadlines;
    private final Herald herald;
    private final BackgroundLog log;
    private final Ticker ticker;

    /** Whether the logger has accepted the report; set on the log's thread. */
    private volatile boolean isReported;

    LastWords(String service, Deadlines deadlines, Herald herald, BackgroundLog log, Ticker ticker) {
        this.service = service;
        this.deadlines = deadlines;
        this.herald = herald;
        this.log = log;
        this.ticker = ticker;
    }

    void report(ShutdownReport report) {
        log.flush(Duration.ZERO); // does not wait: lines that were lost long ago are no reason to repeat the report
        log.write(LOG, to -> {
            String line = ReportText.line(report);
            if (report.isClean()) {
                to.info(line);
            } else {
                to.warn(line);
            }
            isReported = true;
        });
        for (String advice : report.advice()) {
            log.write(LOG, to -> to.warn("'{}': {}", service, advice));
        }
        herald.stopped(report);
        herald.await(Durations.min(halfOfTheRest(), MOST)); // of the margin, if all other time is used up
    }

    void fault(Throwable fault) {
        log.write(LOG, to -> to.error("the shutdown of '{}' failed: {}", service, Redact.trace(fault)));
    }

    void closeFrame(Deque<Part> frame) {
        var stopper = new Stopper(service, ticker, () -> Durations.min(halfOfTheRest(), MOST));
        stopper.stopAll(frame, 0);
        for (ShutdownReport.Stop stop : stopper.stops()) {
            if (stop.ending() != ShutdownReport.Ending.STOPPED) {
                boolean isStack = stop.ending() == ShutdownReport.Ending.OVERRAN;
                Object detail = isStack ? new Lines(stop.detail()) : stop.detail();
                log.write(LOG, to -> to.warn("the {} of '{}': {}, {}", stop.name(), service, stop.ending(), detail));
            }
        }
    }

    /** Returns whether the logger accepted the report, and all other lines, in time. */
    boolean end() {
        herald.close();
        boolean isWritten = log.flush(Durations.min(halfOfTheRest(), MOST));
        log.close();
        return isReported && isWritten;
    }

    private Duration halfOfTheRest() {
        return deadlines.untilAlarm().dividedBy(2);
    }
}
