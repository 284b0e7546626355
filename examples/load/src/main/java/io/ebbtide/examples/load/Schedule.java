package io.ebbtide.examples.load;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Stages, one after the other. Immutable.
 *
 * @param stages at least one
 */
record Schedule(List<Stage> stages) {
    Schedule {
        stages = List.copyOf(stages);
        if (stages.isEmpty()) {
            throw Expect.wrong("stages", stages, "at least one");
        }
    }

    /** The total length of all stages. */
    Duration length() {
        return stages.stream().map(Stage::length).reduce(Duration.ZERO, Duration::plus);
    }

    /** Requests per second at a moment since the start; 0 after the end. */
    double rateAt(Duration moment) {
        Duration before = Duration.ZERO;
        for (Stage stage : stages) {
            Duration end = before.plus(stage.length());
            if (moment.compareTo(end) < 0) {
                return stage.rateAt(moment.minus(before));
            }
            before = end;
        }
        return 0;
    }

    /** How many requests are scheduled from the start to a moment. */
    double requestsUntil(Duration moment) {
        double sum = 0;
        Duration before = Duration.ZERO;
        for (Stage stage : stages) {
            Duration within = Durations.min(stage.length(), moment.minus(before));
            if (within.isNegative() || within.isZero()) {
                break;
            }
            sum += (stage.fromPerSecond() + stage.rateAt(within)) / 2 * within.toNanos() / 1e9;
            before = before.plus(stage.length());
        }
        return sum;
    }

    /** The name of the stage at a moment since the start; {@code end} after the last. */
    String stageAt(Duration moment) {
        Duration end = Duration.ZERO;
        for (Stage stage : stages) {
            end = end.plus(stage.length());
            if (moment.compareTo(end) < 0) {
                return stage.name();
            }
        }
        return "end";
    }

    /** The maximum rate, in requests per second. */
    double peak() {
        return stages.stream()
                .mapToDouble(each -> Math.max(each.fromPerSecond(), each.toPerSecond()))
                .max()
                .orElseThrow();
    }

    /**
     * The schedule in the format of JMeter's open model thread group, which starts the clients.
     *
     * @param requestsPerClient how many requests each client sends, {@code >= 1}
     */
    String clientArrivals(int requestsPerClient) {
        var text = new StringBuilder();
        for (Stage stage : stages) {
            text.append(rate(stage.fromPerSecond() / requestsPerClient))
                    .append("even_arrivals(")
                    .append(stage.length().toMillis())
                    .append(" ms) ")
                    .append(rate(stage.toPerSecond() / requestsPerClient));
        }
        return text.toString().strip();
    }

    private static String rate(double perSecond) {
        return String.format(Locale.ROOT, "rate(%.4f/s) ", perSecond);
    }
}
