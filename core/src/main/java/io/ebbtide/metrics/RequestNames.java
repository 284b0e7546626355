package io.ebbtide.metrics;

/** The names by which requests are timed. */
public enum RequestNames {
    /**
     * The convention of Micrometer and Spring: {@code http.server.requests}, for Prometheus {@code
     * http_server_requests_seconds_count}, {@code _sum} and {@code _bucket}.
     */
    HTTP_SERVER_REQUESTS("http.server.requests"),
    /**
     * The names that many dashboards expect: for Prometheus {@code http_request_duration_seconds_bucket},
     * {@code _count} and {@code _sum}, and {@code http_requests_total}.
     */
    HTTP_REQUEST_DURATION("http.request.duration");

    private final String timer;

    RequestNames(String timer) {
        this.timer = timer;
    }

    String timer() {
        return timer;
    }
}
