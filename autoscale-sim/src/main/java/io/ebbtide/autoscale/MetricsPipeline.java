package io.ebbtide.autoscale;

import java.time.Duration;

/**
 * The delays that determine how old a number is when the controller reads it. Immutable.
 *
 * @param resourceInterval how often metrics-server scrapes; its own default is 15 s
 * @param resourceWindow the time over which it averages processor time
 * @param scrapeInterval how often Prometheus scrapes
 * @param rateWindow the time over which a rate is computed from a counter
 * @param lag from a scrape until the adapter serves it
 * @param zeroWhileStarting whether a pod that is not in rotation reports 0, rather than nothing
 */
record MetricsPipeline(
        Duration resourceInterval,
        Duration resourceWindow,
        Duration scrapeInterval,
        Duration rateWindow,
        Duration lag,
        boolean zeroWhileStarting) {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** The defaults of metrics-server, and the templates' scrape interval and rate. */
    static final MetricsPipeline DEFAULT = new MetricsPipeline(
            Duration.ofSeconds(15),
            Duration.ofSeconds(15),
            Duration.ofSeconds(15),
            Duration.ofMinutes(2),
            Duration.ofSeconds(2),
            false);

    MetricsPipeline {
        Times.checkBetween(SHORTEST, LONGEST, resourceInterval, "resourceInterval");
        Times.checkBetween(SHORTEST, LONGEST, resourceWindow, "resourceWindow");
        Times.checkBetween(SHORTEST, LONGEST, scrapeInterval, "scrapeInterval");
        Times.checkBetween(SHORTEST, LONGEST, rateWindow, "rateWindow");
        Times.checkBetween(Duration.ZERO, LONGEST, lag, "lag");
    }

    Duration oldest() {
        Duration resource = resourceInterval.plus(resourceWindow);
        Duration custom = scrapeInterval.plus(rateWindow);
        return lag.plus(resource.compareTo(custom) > 0 ? resource : custom);
    }

    MetricsPipeline withScrape(Duration interval, Duration window, Duration otherLag) {
        return new MetricsPipeline(resourceInterval, resourceWindow, interval, window, otherLag, zeroWhileStarting);
    }

    MetricsPipeline withZeroWhileStarting(boolean other) {
        return new MetricsPipeline(resourceInterval, resourceWindow, scrapeInterval, rateWindow, lag, other);
    }
}
