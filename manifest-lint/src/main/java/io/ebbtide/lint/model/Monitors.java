package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.List;
import java.util.Map;

/** The objects that a ServiceMonitor or PodMonitor of Prometheus selects. */
public final class Monitors {
    private Monitors() {}

    /** Whether this ServiceMonitor selects this Service. */
    public static boolean selects(Manifest monitor, Manifest service) {
        return isMeant(monitor, service) && selects(monitor, service.labels());
    }

    /** Whether this PodMonitor selects this workload's pods. */
    public static boolean selects(Manifest monitor, Workload workload) {
        return isMeant(monitor, workload.manifest()) && selects(monitor, workload.podLabels());
    }

    private static boolean isMeant(Manifest monitor, Manifest other) {
        Value selector = monitor.at("spec.namespaceSelector");
        List<Value> names = selector.field("matchNames").items();
        return selector.field("any").isTrue()
                || (names.isEmpty()
                        ? monitor.namespace().equals(other.namespace())
                        : names.stream().anyMatch(each -> each.text().equals(other.namespace())));
    }

    private static boolean selects(Manifest monitor, Map<String, String> labels) {
        var selector = new LabelSelector(monitor.at("spec.selector"));
        return !selector.isEmpty() && selector.matches(labels);
    }
}
