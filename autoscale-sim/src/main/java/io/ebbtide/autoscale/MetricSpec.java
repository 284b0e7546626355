package io.ebbtide.autoscale;

/**
 * One entry of {@code spec.metrics}. Immutable.
 *
 * @param source where the controller obtains it
 * @param name the name of the metric, for messages
 * @param container the container of a container's resource, else ""
 * @param target the type of the target
 * @param amount percent for a utilisation, else milli-units; {@code > 0}
 * @param signal the signal that it stands for in the simulation
 */
record MetricSpec(Source source, String name, String container, Target target, long amount, Signal signal) {
    /** The kinds of metrics. */
    enum Source {
        RESOURCE,
        CONTAINER_RESOURCE,
        PODS,
        OBJECT,
        EXTERNAL
    }

    /** The types of targets. */
    enum Target {
        UTILIZATION,
        AVERAGE_VALUE,
        VALUE
    }

    static MetricSpec cpu(int percent) {
        return new MetricSpec(Source.RESOURCE, "cpu", "", Target.UTILIZATION, percent, Signal.CPU);
    }

    static MetricSpec pods(Signal signal, long averageMilli) {
        return new MetricSpec(Source.PODS, signal.text(), "", Target.AVERAGE_VALUE, averageMilli, signal);
    }

    MetricSpec withAmount(long other) {
        return new MetricSpec(source, name, container, target, other, signal);
    }

    String text() {
        String value = target == Target.UTILIZATION
                ? amount + " %"
                : amount % 1000 == 0 ? String.valueOf(amount / 1000) : amount + "m";
        return name + " " + value + (target == Target.VALUE ? " in all" : "");
    }
}
