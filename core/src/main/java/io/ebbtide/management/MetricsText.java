package io.ebbtide.management;

/** Metrics as text for a scraper; {@code prometheusRegistry::scrape} is one. */
@FunctionalInterface
public interface MetricsText {
    /**
     * Returns the metrics at this moment. Called by one thread at a time, never the one that answers probes; it may
     * block, which delays only other scrapes. The text is sent to all scrapers that waited for this format when the
     * call began.
     *
     * @param contentType the requested format: Prometheus' text format 0.0.4 or OpenMetrics 1.0.0, as its media type
     */
    String scrape(String contentType);
}
