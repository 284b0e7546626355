package io.ebbtide.peers;

import java.util.Arrays;
import java.util.Locale;

/** The results of many shutdowns of one scenario. Not thread-safe. */
final class TraceTally {
    /* "Waited on" is the time from when the last router learns to the end of the lame duck: the time that full knowledge would save. */
    static final String HEADER = """
            | traffic | promise | shutdowns | false | per thousand | waited on, median | 95 in 100 | whole time |
            |---|---|--:|--:|--:|--:|--:|--:|""";

    private final double[] waitedOn;
    private int count;
    private int isFalse;
    private int whole;
    private double endings;

    TraceTally(int max) {
        waitedOn = new double[max];
    }

    /** @param lastLearns when the last router would have learned */
    void add(TracePlayer.Ending ending, double lastLearns) {
        isFalse += ending.isFalse() ? 1 : 0;
        whole += ending.whole() ? 1 : 0;
        endings += ending.seconds();
        waitedOn[count++] = Math.max(0, ending.seconds() - lastLearns);
    }

    int count() {
        return count;
    }

    int isFalse() {
        return isFalse;
    }

    int whole() {
        return whole;
    }

    /** The promised maximum of false ends, plus three standard deviations. */
    double bound() {
        double promised = SilenceThreshold.P * count;
        return promised + 3 * Math.sqrt(promised);
    }

    /** All decisions as one line: a different decision in any shutdown gives a different line. */
    String decisions(TraceScenario scenario) {
        return String.format(
                Locale.ROOT, "%s | %d | %d | %d | %.3f", scenario.traffic(), count, isFalse, whole, endings);
    }

    String row(TraceScenario scenario) {
        double[] sorted = Arrays.copyOf(waitedOn, count);
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %,d | %,d | %.1f | %.1f s | %.1f s | %.0f %% |",
                scenario.traffic(),
                scenario.promise().name().toLowerCase(Locale.ROOT),
                count,
                isFalse,
                1_000.0 * isFalse / count,
                sorted[count / 2],
                sorted[count * 95 / 100],
                100.0 * whole / count);
    }
}
