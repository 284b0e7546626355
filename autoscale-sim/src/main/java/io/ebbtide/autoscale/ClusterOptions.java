package io.ebbtide.autoscale;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The options that describe the cluster: how often the controller evaluates, and how late metrics are. */
final class ClusterOptions {
    @Option(
            names = "--sync-period",
            paramLabel = "TIME",
            description = "Period in which the controller evaluates; 15s unless set.")
    private Duration syncPeriod = ControllerSettings.DEFAULT.syncPeriod();

    @Option(
            names = "--scrape-interval",
            paramLabel = "TIME",
            description = "Interval at which custom metrics are scraped; 15s unless set.")
    private Duration scrapeInterval = MetricsPipeline.DEFAULT.scrapeInterval();

    @Option(
            names = "--rate-window",
            paramLabel = "TIME",
            description = "Window over which rates are computed; 2m unless set.")
    private Duration rateWindow = MetricsPipeline.DEFAULT.rateWindow();

    @Option(
            names = "--metric-lag",
            paramLabel = "TIME",
            description = "Time from a scrape until the controller sees its values; 2s unless set.")
    private Duration lag = MetricsPipeline.DEFAULT.lag();

    @Option(
            names = "--zero-while-starting",
            description = "A pod out of rotation reports 0 rather than nothing, as most services do.")
    private boolean zeroWhileStarting;

    AutoscaleSimulation appliedTo(AutoscaleSimulation simulation) {
        return simulation
                .withSyncPeriod(syncPeriod)
                .withPipeline(MetricsPipeline.DEFAULT
                        .withScrape(scrapeInterval, rateWindow, lag)
                        .withZeroWhileStarting(zeroWhileStarting));
    }
}
