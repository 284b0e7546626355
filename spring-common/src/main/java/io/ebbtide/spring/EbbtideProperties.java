package io.ebbtide.spring;

import io.ebbtide.Settings;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckReadiness;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.probe.ProbeDetails;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code ebbtide.*}. Each setting of {@link Settings} has the name of its environment variable, in lower case and
 * with dashes; the variable wins over the property. Immutable.
 *
 * @param enabled Whether Ebbtide runs at all.
 * @param service Name of the service in logs, metrics and reports. Default: spring.application.name.
 * @param ownProcess Whether Ebbtide handles signals and sets the exit code. Default: derived, true for an application that was started
 *     by its main method, except in tests, under devtools and in a servlet container.
 * @param grace Time from the deletion of an instance to its kill, as configured on the platform. Default: 30s under Kubernetes.
 * @param preStop Part of the grace that a preStop hook uses before the signal. Default: 0.
 * @param lameDuck Maximum time to keep serving everything after the signal, while balancers notice the removal. Default: half
 *     of the grace, at most 15s.
 * @param drain Maximum time for work in flight to finish. Default: the remainder of the grace, at least a fifth.
 * @param stop Maximum time for the application context to close. Default: a fifth of the grace, at most 10s.
 * @param margin Part of the grace that remains unused, for the report and the exit. Default: a tenth of it, at least 1s.
 * @param drainRequest Maximum time for requests in the drain. Default: the whole drain.
 * @param drainWebsocket Maximum time for WebSocket connections in the drain. Default: the whole drain.
 * @param drainStream Maximum time for streaming responses in the drain. Default: the whole drain.
 * @param drainJob Maximum time for jobs in the drain. Default: the whole drain.
 * @param drainMessage Maximum time for messages in the drain. Default: the whole drain.
 * @param lameDuckPolicy When the lame duck ends. Default: adaptive, as soon as the senders of the traffic have stopped.
 * @param lameDuckMin Minimum duration of an adaptive lame duck. Default: 2s.
 * @param senders Number of balancers that send traffic here. Default: derived from the traffic.
 * @param lameDuckReadiness Whether readiness fails during the lame duck. Default: fail.
 * @param managementPort Port of the probes, 1 to 65535, or 0 for any free one. Default: 8558; 0 if server.port is 0 or the process is
 *     not owned.
 * @param managementAddress Address of that port. Default: every address under an orchestrator, else loopback.
 * @param terminationLog File for a short text about the end. Default: /dev/termination-log where it is writable.
 * @param probesOnServerPort Whether the probes (/health, /health/live, ...) are answered on the application's port, too; they then hide
 *     mappings of the application with these paths.
 * @param indicators Whether HealthIndicators run as background checks. If not, they run on the threads of those who ask.
 * @param indicatorInterval Time from the end of one run of a HealthIndicator to the start of the next.
 * @param indicatorTimeout How long one run of a HealthIndicator may take before it counts as failed.
 * @param jdbcCheck Whether Ebbtide's own check of a database replaces the HealthIndicator of a HikariCP pool.
 * @param redisCheck Whether Ebbtide's own check of Redis replaces the HealthIndicator of a Lettuce connection factory.
 * @param executors Whether tasks of Spring's executors and schedulers count as jobs, which a shutdown waits for, and @Scheduled methods
 *     begin no run after the signal.
 * @param listenerContainers Whether listener containers (Kafka, RabbitMQ, JMS, ...) stop consuming at the signal. If not, they stop when
 *     the context closes, after the drain.
 * @param consumers Names of further beans that consume messages and stop at the signal; each is a SmartLifecycle. Default: none.
 * @param consumersKept Names of listener containers that run until the context closes, such as one for replies to requests in
 *     flight. Default: none.
 * @param probeDetails Ports on which probe responses contain more than the status. Default: management.
 */
@ConfigurationProperties("ebbtide")
public record EbbtideProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String service,
        @Nullable Boolean ownProcess,
        @Nullable Duration grace,
        @Nullable Duration preStop,
        @Nullable Duration lameDuck,
        @Nullable Duration drain,
        @Nullable Duration stop,
        @Nullable Duration margin,
        @Nullable Duration drainRequest,
        @Nullable Duration drainWebsocket,
        @Nullable Duration drainStream,
        @Nullable Duration drainJob,
        @Nullable Duration drainMessage,
        @Nullable LameDuckPolicy lameDuckPolicy,
        @Nullable Duration lameDuckMin,
        @Nullable Integer senders,
        @Nullable LameDuckReadiness lameDuckReadiness,
        @Nullable String managementPort,
        @Nullable String managementAddress,
        @Nullable String terminationLog,
        boolean probesOnServerPort,
        @DefaultValue("true") boolean indicators,
        @DefaultValue("5s") Duration indicatorInterval,
        @DefaultValue("5s") Duration indicatorTimeout,
        @DefaultValue("true") boolean jdbcCheck,
        @DefaultValue("true") boolean redisCheck,
        @DefaultValue("true") boolean executors,
        @DefaultValue("true") boolean listenerContainers,
        @DefaultValue Set<String> consumers,
        @DefaultValue Set<String> consumersKept,
        @Nullable ProbeDetails probeDetails) {

    /**
     * Returns these properties as settings.
     *
     * @param defaultPort the management port if none is set
     * @throws IllegalArgumentException if a value is wrong; the message states what was expected
     */
    Settings settings(int defaultPort) {
        Settings settings = Settings.derived().withManagementPort(defaultPort).withLameDuckRules(rules());
        settings = with(settings, grace, Settings::withGrace);
        settings = with(settings, preStop, Settings::withPreStop);
        settings = with(settings, lameDuck, Settings::withLameDuck);
        settings = with(settings, drain, Settings::withDrain);
        settings = with(settings, stop, Settings::withStop);
        settings = with(settings, margin, Settings::withMargin);
        settings = limited(settings, WorkKind.REQUEST, drainRequest);
        settings = limited(settings, WorkKind.WEBSOCKET, drainWebsocket);
        settings = limited(settings, WorkKind.STREAM, drainStream);
        settings = limited(settings, WorkKind.JOB, drainJob);
        settings = limited(settings, WorkKind.MESSAGE, drainMessage);
        settings = with(settings, port(), (to, value) -> to.with("management-port", value));
        settings = with(settings, managementAddress, Settings::withManagementAddress);
        settings = with(settings, terminationLog, Settings::withTerminationLog);
        return with(settings, probeDetails, Settings::withProbeDetails);
    }

    /**
     * Kubernetes sets EBBTIDE_MANAGEMENT_PORT=tcp://10.0.0.7:80 in each pod, if the namespace has a Service of that name; core
     * warns of it.
     */
    private @Nullable String port() {
        return managementPort == null || managementPort.contains("://") ? null : managementPort;
    }

    private LameDuckRules rules() {
        LameDuckRules rules = LameDuckRules.defaults();
        rules = with(rules, lameDuckPolicy, LameDuckRules::withPolicy);
        rules = with(rules, lameDuckMin, LameDuckRules::withMinimum);
        rules = with(rules, senders, LameDuckRules::withSenders);
        return with(rules, lameDuckReadiness, LameDuckRules::withReadiness);
    }

    private static Settings limited(Settings settings, WorkKind kind, @Nullable Duration limit) {
        return with(settings, limit, (to, value) -> to.withDrainLimit(kind, value));
    }

    private static <S, V> S with(S settings, @Nullable V value, BiFunction<S, V, S> setter) {
        return value == null ? settings : setter.apply(settings, value);
    }
}
