package io.ebbtide.autoscale;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Printable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes results as a table. */
final class TextReport {
    static final List<String> HEADS = List.of(
            "",
            "over capacity",
            "% of requests",
            "aborted in drain",
            "latency p99",
            "replicas",
            "mean",
            "pod-hours",
            "up/down",
            "flaps",
            "at max",
            "max draining");

    private TextReport() {}

    /** The autoscaler, the load, the table, and what they depend on. Names come from manifests and traces: none moves the cursor. */
    static String text(Report report) {
        var lines = new ArrayList<String>();
        SimulationResult own = report.own();
        lines.add(own.scenario().hpa().text());
        lines.add(report.trace().toString());
        lines.add("");
        lines.addAll(table(report.results()).lines().toList());
        lines.add("");
        if (report.search() != null) {
            lines.add(report.search().text());
        }
        report.results().stream()
                .filter(each -> each.scenario().hpa().equals(own.scenario().hpa()))
                .findFirst()
                .filter(each -> report.results().size() > 1)
                .ifPresent(each -> lines.add(
                        "the manifests have the row '" + each.scenario().label() + "'"));
        if (own.unknownEvaluations() > 0) {
            lines.add(
                    "a metric was missing in " + own.unknownEvaluations() + " evaluation(s): nothing was scaled then");
        }
        lines.add("It is assumed that");
        report.assumptions().forEach(each -> lines.add("- " + each));
        return lines.stream()
                .map(Printable::escape)
                .collect(Collectors.joining(System.lineSeparator(), "", System.lineSeparator()));
    }

    static List<String> row(SimulationResult result) {
        return List.of(
                result.scenario().label(),
                number("%,.0f", result.overCapacity()),
                number("%.3f", result.requests() == 0 ? 0 : 100 * result.overCapacity() / result.requests()),
                number("%,.1f", result.cutInDrain()),
                Durations.text(result.latency99()),
                result.minReplicas() + "-" + result.maxReplicas(),
                number("%.1f", result.meanReplicas()),
                number("%,.2f", result.podHours()),
                result.scaleUps() + "/" + result.scaleDowns(),
                String.valueOf(result.flaps()),
                Durations.text(result.atMaximum()),
                String.valueOf(result.maxDraining()));
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    static String table(List<SimulationResult> results) {
        var rows = new ArrayList<List<String>>();
        rows.add(HEADS);
        results.forEach(each -> rows.add(row(each)));
        int[] widths = new int[HEADS.size()];
        for (List<String> each : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], each.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> each : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = each.get(i);
                String padding = " ".repeat(widths[i] - cell.length());
                line.append(i == 0 ? cell + padding : "  " + padding + cell);
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }

    /** The assumptions behind the numbers, one sentence each. */
    static List<String> assumptions(Scenario scenario, List<String> ofManifests) {
        ServiceModel service = scenario.service();
        PodSpec pod = scenario.pod();
        var all = new ArrayList<String>();
        all.add("a pod works on %s requests at a time, %s each: it answers %s requests in a second"
                .formatted(
                        String.valueOf(service.concurrency()),
                        Times.text(service.serviceTime()),
                        number("%,.1f", service.podRate())));
        all.add(
                service.queues()
                        ? "requests beyond a pod's capacity wait without limit"
                        : "a request waits at most %s; a request that would wait longer is over capacity"
                                .formatted(Times.text(service.maxWait())));
        all.add("a pod starts within %s + %s, and is seen as ready within another %s"
                .formatted(
                        Times.text(service.scheduling()),
                        Times.text(service.startUp()),
                        Times.text(pod.readinessPeriod())));
        all.add("CPU: %s of the request when full, %s idle, %s while it starts"
                .formatted(
                        percent(service.cpuAtCapacity()), percent(service.cpuIdle()), percent(service.cpuStarting())));
        all.add(
                "a deleted pod serves for another %s and drains for at most %s; clients and balancers learn of it within %s"
                        .formatted(
                                Times.text(pod.lameDuck()),
                                Times.text(pod.drain()),
                                Times.text(service.propagation())));
        all.add(
                "requests spread evenly over the pods in rotation, their times are exponential, nodes are there at once");
        all.addAll(ofManifests);
        return all;
    }

    /** A share of requests, without digits that no one wrote: 0.0007 is 0.07 %. */
    static String share(double share) {
        return BigDecimal.valueOf(share)
                        .movePointRight(2)
                        .setScale(3, RoundingMode.HALF_UP)
                        .stripTrailingZeros()
                        .toPlainString()
                + " %";
    }

    private static String percent(double share) {
        return number("%.0f %%", share * 100);
    }
}
