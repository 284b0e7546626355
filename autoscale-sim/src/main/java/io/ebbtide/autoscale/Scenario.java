package io.ebbtide.autoscale;

/**
 * All that one simulation is made of, but for the load. Immutable.
 *
 * @param label what tables and charts call it
 * @param hpa the autoscaler
 * @param pod what manifests say of a pod
 * @param service what a pod can do
 * @param controller flags of the controller
 * @param metrics how numbers reach the controller
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
