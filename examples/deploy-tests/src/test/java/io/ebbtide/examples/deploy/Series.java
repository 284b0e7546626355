package io.ebbtide.examples.deploy;

import java.util.Set;

/** The series that the templates may read: the library's, and kube-state-metrics'. */
final class Series {
    static final Set<String> KNOWN = Set.of(
            "http_server_requests_seconds_count",
            "http_server_requests_seconds_bucket",
            "ebbtide_hpa_inflight",
            "ebbtide_hpa_utilization",
            "ebbtide_hpa_queue_depth",
            "ebbtide_inflight",
            "ebbtide_connections_open",
            "ebbtide_workers_busy",
            "ebbtide_workers_max",
            "ebbtide_workers_queued",
            "ebbtide_queue_depth",
            "ebbtide_queue_age_seconds",
            "ebbtide_state",
            "ebbtide_in_rotation",
            "ebbtide_readiness",
            "ebbtide_check_up",
            "ebbtide_check_latency_seconds",
            "ebbtide_check_age_seconds",
            "ebbtide_check_hung",
            "ebbtide_requests_total",
            "ebbtide_late_requests_total",
            "ebbtide_late_latest_seconds",
            "ebbtide_cut_total",
            "ebbtide_shutdown_seconds",
            "ebbtide_grace_seconds",
            "ebbtide_grace_used_seconds",
            "kube_deployment_spec_paused",
            "kube_deployment_spec_replicas",
            "kube_deployment_status_condition",
            "kube_deployment_status_replicas_available",
            "kube_deployment_status_replicas_unavailable",
            "kube_deployment_status_replicas_updated",
            "kube_horizontalpodautoscaler_spec_max_replicas",
            "kube_horizontalpodautoscaler_spec_min_replicas",
            "kube_horizontalpodautoscaler_status_condition",
            "kube_horizontalpodautoscaler_status_current_replicas",
            "kube_horizontalpodautoscaler_status_desired_replicas",
            "kube_pod_container_status_last_terminated_exitcode",
            "kube_pod_container_status_restarts_total",
            "kube_resourcequota");

    private Series() {}
}
