package io.ebbtide.autoscale;

import io.ebbtide.autoscale.MetricSpec.Source;
import io.ebbtide.autoscale.MetricSpec.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Variants of a scenario: the same service with other behavior sections, and with other signals. */
final class Variants {
    private Variants() {}

    /** The manifest's own behavior section, a moderate one, none, and the templates'. */
    static List<Scenario> behaviors(Scenario scenario) {
        HpaSpec hpa = scenario.hpa();
        var variants = new ArrayList<Scenario>();
        Behavior own = hpa.behavior();
        if (own != null && !own.equals(Behavior.MODERATE) && !own.equals(Behavior.TEMPLATES)) {
            variants.add(scenario);
        }
        variants.add(scenario.with("moderate", hpa.withBehavior(Behavior.MODERATE)));
        variants.add(scenario.with("Kubernetes' default", hpa.withBehavior(null)));
        variants.add(scenario.with("templates", hpa.withBehavior(Behavior.TEMPLATES)));
        return variants;
    }

    /** One metric at a time, each with its target at this share of a pod's capacity, 0 to 1. */
    static List<Scenario> signals(Scenario scenario, double load) {
        HpaSpec hpa = scenario.hpa();
        ServiceModel service = scenario.service();
        var variants = new ArrayList<Scenario>();
        long cpu = scenario.pod().request(true, "");
        long ofServing = scenario.pod().cpuOfServing();
        if (cpu > 0 && ofServing > 0) {
            double share = (service.cpuIdle() + (service.cpuAtCapacity() - service.cpuIdle()) * load) * ofServing / cpu;
            variants.add(one(scenario, MetricSpec.cpu(Math.max(1, (int) Math.round(100 * share)))));
        }
        variants.add(one(scenario, pods(Signal.REQUESTS, service.podRate() * load)));
        variants.add(one(scenario, pods(Signal.IN_FLIGHT, service.concurrency() * load)));
        variants.add(one(scenario, pods(Signal.UTILIZATION, load)));
        long waiting = Math.max(1, Math.round(service.concurrency() * load * 1000));
        variants.add(one(
                scenario,
                new MetricSpec(
                        Source.EXTERNAL,
                        Signal.QUEUE_DEPTH.text(),
                        "",
                        Target.AVERAGE_VALUE,
                        waiting,
                        Signal.QUEUE_DEPTH)));
        return variants.stream()
                .map(each -> each.with(each.label(), each.hpa().withBehavior(hpa.behavior())))
                .toList();
    }

    private static MetricSpec pods(Signal signal, double average) {
        return MetricSpec.pods(signal, Math.max(1, Math.round(average * 1000)));
    }

    private static Scenario one(Scenario scenario, MetricSpec metric) {
        return scenario.with(metric.text(), scenario.hpa().withMetrics(List.of(metric)));
    }

    /** The behavior sections that a search tries, by name; null for none. */
    static List<Named> sections(@Nullable Behavior own) {
        var sections = new ArrayList<Named>();
        sections.add(new Named("none (Kubernetes' default)", null));
        sections.add(new Named("templates", Behavior.TEMPLATES));
        if (own != null && !own.equals(Behavior.TEMPLATES)) {
            sections.add(new Named("manifest", own));
        }
        var down = Behavior.TEMPLATES.down();
        sections.add(new Named(
                "up 900 % in 15 s, down as the templates",
                new Behavior(
                        new ScalingRules(0, SelectPolicy.MAX, List.of(ScalingPolicy.percent(900, 15)), null), down)));
        return sections;
    }

    /** A behavior section and its name. */
    record Named(String name, @Nullable Behavior behavior) {}
}
