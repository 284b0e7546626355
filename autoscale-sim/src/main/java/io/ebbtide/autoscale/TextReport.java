package io.ebbtide.autoscale;

import io.ebbtide.internal.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes results as a table. */
final class TextReport {
    static final List<String> HEADS = List.of(
            "",
            "over capacity",
            "% of requests",
            "cut in drain",
            "latency p99",
            "replicas",
            "mean",
            "pod-hours",
            "up/down",
            "flaps",
            "at max",
            "most draining");

    private TextReport() {}

    static List<String> row(SimulationResult result) {
        return List.of(
                result.scenario().label(),
                number("%,.0f", result.overCapacity()),
                number("%.3f", result.requests() == 0 ? 0 : 100 * result.overCapacity() / result.requests()),
                number("%,.1f", result.cutInDrain()),
                Durations.text(result.latency99()),
                result.leastReplicas() + "-" + result.mostReplicas(),
                number("%.1f", result.meanReplicas()),
                number("%,.2f", result.podHours()),
                result.scaleUps() + "/" + result.scaleDowns(),
                String.valueOf(result.flaps()),
                Durations.text(result.atMaximum()),
                String.valueOf(result.mostDraining()));
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
        all.add("a pod works on %d requests at a time, %s each: it answers %s requests in a second"
                .formatted(
                        service.concurrency(),
                        Durations.text(service.serviceTime()),
                        number("%,.1f", service.podRate())));
        all.add(
                service.queues()
                        ? "what a pod cannot take waits, however long"
                        : "a request waits at most %s; what would wait longer is over capacity"
                                .formatted(Durations.text(service.maxWait())));
        all.add("a pod starts within %s + %s, and is seen as ready within another %s"
                .formatted(
                        Durations.text(service.scheduling()),
                        Durations.text(service.startUp()),
                        Durations.text(pod.readinessPeriod())));
        all.add("CPU: %s of the request when full, %s idle, %s while it starts"
                .formatted(
                        percent(service.cpuAtCapacity()), percent(service.cpuIdle()), percent(service.cpuStarting())));
        all.add("a deleted pod serves for another %s and drains for at most %s; others learn of it within %s"
                .formatted(
                        Durations.text(pod.lameDuck()),
                        Durations.text(pod.drain()),
                        Durations.text(service.propagation())));
        all.add(
                "requests spread evenly over the pods in rotation, their times are exponential, nodes are there at once");
        all.addAll(ofManifests);
        return all;
    }

    private static String percent(double share) {
        return number("%.0f %%", share * 100);
    }
}
