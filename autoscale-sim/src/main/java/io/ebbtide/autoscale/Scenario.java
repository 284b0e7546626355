package io.ebbtide.autoscale;

/**
 * The inputs of one simulation, except the load. Immutable.
 *
 * @param label its name in tables and charts
 * @param hpa the autoscaler
 * @param pod the pod as manifests define it
 * @param service the performance model of a pod
 * @param controller flags of the controller
 * @param metrics the delays of the metrics
 */
record Scenario(
        String label,
        HpaSpec hpa,
        PodSpec pod,
        ServiceModel service,
        ControllerSettings controller,
        MetricsPipeline metrics) {
    Scenario with(String otherLabel, HpaSpec other) {
        return new Scenario(otherLabel, other, pod, service, controller, metrics);
    }
}
