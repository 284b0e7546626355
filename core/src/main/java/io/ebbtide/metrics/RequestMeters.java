package io.ebbtide.metrics;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Redact;
import io.ebbtide.lifecycle.RequestWatcher;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Times requests: one look-up and one record for each. Safe for use by many threads. */
final class RequestMeters implements RequestWatcher {
    /*
     * What a client sends must not become a series of its own: methods are those of RFC 9110 and PATCH, statuses have three
     * digits, routes are templates. Still an application may build its templates from paths, so past MOST_ROUTES all
     * further ones are one.
     */
    static final int MOST_ROUTES = 200;
    static final String OVERFLOW = "OTHER";
    private static final String UNKNOWN = "UNKNOWN";
    private static final int NO_STATUS = 0;
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private static final Logger LOG = LoggerFactory.getLogger(ServiceMeters.class);

    private final MeterRegistry registry;
    private final Registered meters;
    private final RequestNames names;
    private final String service;
    private final Duration[] buckets;
    private final BackgroundLog log;
    private final Set<String> routes = ConcurrentHashMap.newKeySet();
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private volatile boolean over;

    private record Key(String method, String route, int status) {}

    RequestMeters(
            MeterRegistry registry,
            Registered meters,
            RequestNames names,
            String service,
            List<Duration> buckets,
            BackgroundLog log) {
        this.registry = registry;
        this.meters = meters;
        this.names = names;
        this.service = service;
        this.log = log;
        this.buckets = buckets.toArray(Duration[]::new);
    }

    @Override
    public void answered(String method, @Nullable String route, int status, long nanos) {
        if (over) {
            return;
        }
        // Only names within the bounds are ever registered: what is found as it came needs no look at them.
        Timer timer = timers.get(new Key(method, route == null ? UNKNOWN : route, status));
        if (timer == null) {
            timer = timer(method, route, status);
        }
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    private @Nullable Timer timer(String method, @Nullable String route, int status) {
        var key = new Key(
                METHODS.contains(method) ? method : OVERFLOW,
                bounded(route),
                status < 100 || status > 999 ? NO_STATUS : status);
        Timer timer = timers.get(key);
        return timer == null ? added(key) : timer;
    }

    private String bounded(@Nullable String route) {
        if (route == null || route.isEmpty()) {
            return UNKNOWN;
        }
        if (routes.contains(route)) {
            return route;
        }
        return routes.size() < MOST_ROUTES && routes.add(route) ? route : routes.contains(route) ? route : OVERFLOW;
    }

    /** Null once the meters have gone, as nobody would take it out any more; or if the registry does not take it. */
    private synchronized @Nullable Timer added(Key key) {
        if (over) {
            return null;
        }
        try {
            return timers.computeIfAbsent(key, this::register);
        } catch (RuntimeException e) { // somebody else has the name, with other tags: no reason to fail a request
            end();
            log.write(
                    LOG,
                    to -> to.warn(
                            "'{}' does not time requests any more, the registry does not take them: {}",
                            service,
                            Redact.oneLine(e)));
            return null;
        }
    }

    private Timer register(Key key) {
        String status = key.status() == NO_STATUS ? "none" : String.valueOf(key.status());
        String[] tags = {
            "service", service, "method", key.method(), "uri", key.route(), "status", status, "outcome", outcome(key)
        };
        Timer timer = Timer.builder(names.timer())
                .tags(tags)
                .description("Requests that have got their answer, by how long they took")
                .serviceLevelObjectives(buckets)
                .register(registry);
        meters.add(timer);
        if (names == RequestNames.HTTP_REQUEST_DURATION) {
            meters.add(FunctionCounter.builder("http.requests", timer, Timer::count)
                    .tags(tags)
                    .description("Requests that have got their answer")
                    .register(registry));
        }
        return timer;
    }

    private static String outcome(Key key) {
        return switch (key.status() / 100) {
            case 1 -> "INFORMATIONAL";
            case 2 -> "SUCCESS";
            case 3 -> "REDIRECTION";
            case 4 -> "CLIENT_ERROR";
            case 5 -> "SERVER_ERROR";
            default -> "UNKNOWN";
        };
    }

    /** What is answered from now on is timed by nobody. */
    synchronized void end() {
        over = true;
        timers.clear();
    }
}
