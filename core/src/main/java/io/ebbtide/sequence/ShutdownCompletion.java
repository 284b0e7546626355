package io.ebbtide.sequence;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Lines;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import io.ebbtide.report.ShutdownReport;
import java.time.Duration;
import java.util.Deque;
import org.slf4j.Logger;

/** The steps after the last state: publishes the report, closes the frame, flushes the log. Confine to one thread. */
final class ShutdownCompletion {
    private static final Logger LOG = ServiceLog.LOG;
    private static final Duration MAX = Duration.ofSeconds(1);

    private final String service;
    private final Deadlines deadlines;
    private final ListenerDispatcher dispatcher;
    private final BackgroundLog log;
    private final Ticker ticker;

    /** Whether the logger has accepted the report; set on the log's thread. */
    private volatile boolean isReported;

    ShutdownCompletion(
            String service, Deadlines deadlines, ListenerDispatcher dispatcher, BackgroundLog log, Ticker ticker) {
        this.service = service;
        this.deadlines = deadlines;
        this.dispatcher = dispatcher;
        this.log = log;
        this.ticker = ticker;
    }

    void report(ShutdownReport report) {
        log.flush(Duration.ZERO); // does not wait: lines that were lost long ago are no reason to repeat the report
        log.write(LOG, to -> {
            String line = ReportLine.of(report);
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
        dispatcher.stopped(report);
        dispatcher.await(Durations.min(halfOfTheRest(), MAX)); // of the margin, if all other time is used up
    }

    void fault(Throwable fault) {
        log.write(LOG, to -> to.error("the shutdown of '{}' failed: {}", service, Redact.trace(fault)));
    }

    void closeFrame(Deque<NamedComponent> frame) {
        var stopper = new Stopper(service, ticker, () -> Durations.min(halfOfTheRest(), MAX));
        stopper.stopAll(frame, 0);
        for (ShutdownReport.Stop stop : stopper.stops()) {
            if (stop.ending() != ShutdownReport.Ending.STOPPED) {
                boolean overran = stop.ending() == ShutdownReport.Ending.OVERRAN;
                String ending = overran ? "took too long and was abandoned" : "failed";
                Object detail = overran ? new Lines(stop.detail()) : stop.detail(); // a stack has several lines
                log.write(LOG, to -> to.warn("'{}': stopping the {} {}: {}", service, stop.name(), ending, detail));
            }
        }
    }

    /** Returns whether the logger accepted the report, and all other lines, in time. */
    boolean end() {
        dispatcher.close();
        boolean isWritten = log.flush(Durations.min(halfOfTheRest(), MAX));
        log.close();
        return isReported && isWritten;
    }

    private Duration halfOfTheRest() {
        return deadlines.untilAlarm().dividedBy(2);
    }
}
