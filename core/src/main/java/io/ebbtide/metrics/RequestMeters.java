package io.ebbtide.metrics;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import io.ebbtide.peers.RequestWatcher;
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

/** Times requests: one lookup and one record for each. Safe for use by many threads. */
final class RequestMeters implements RequestWatcher {
    /*
     * Input from a client must not become a series of its own: methods are those of RFC 9110 and PATCH, routes are
     * templates. An application may still build its templates from paths, so beyond MAX_ROUTES all further routes
     * share one series; and a proxy may pass on any status, so beyond MAX_PRIVATE_STATUSES a status that is not
     * registered is reported as its class, such as 5xx, which queries for 5.. match as well.
     */
    static final int MAX_ROUTES = 200;
    static final String OVERFLOW = "OTHER";
    private static final String UNKNOWN = "UNKNOWN";

    /** This many names as given are kept with their results, so that a known name costs a request nothing again. */
    static final int MAX_GIVEN_ROUTES = 2 * MAX_ROUTES;

    static final int MAX_PRIVATE_STATUSES = 20;
    private static final int NO_STATUS = 0;

    /** IANA's HTTP Status Code Registry, without unassigned and unused codes. */
    private static final Set<Integer> REGISTERED_STATUSES = Set.of(
            100, 101, 102, 103, 104, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305,
            307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421,
            422, 423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511);

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private static final Logger LOG = LoggerFactory.getLogger("io.ebbtide.metrics.ServiceMeters");

    private final MeterRegistry registry;
    private final MeterGroup meters;
    private final RequestNames names;
    private final String service;
    private final Duration[] buckets;
    private final BackgroundLog log;
    private final Set<String> routes = ConcurrentHashMap.newKeySet();
    private final Map<String, String> givenRoutes = new ConcurrentHashMap<>();
    private final Set<Integer> privateStatuses = ConcurrentHashMap.newKeySet();
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private volatile boolean over;

    /** @param status three digits; one, as the class of statuses without a series of their own; or {@link #NO_STATUS} */
    private record Key(String method, String route, int status) {}

    RequestMeters(
            MeterRegistry registry,
            MeterGroup meters,
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
        try {
            record(method, route, status, nanos);
        } catch (Throwable e) { // a registry's filter or listener may throw anything, and the request is answered
            log.survived(LOG, "the timing of requests of '" + service + "'", e);
        }
    }

    private void record(String method, @Nullable String route, int status, long nanos) {
        // Only names within the bounds are ever registered, so a name that is found needs no check.
        Timer timer = timers.get(new Key(method, route == null ? UNKNOWN : route, status));
        if (timer == null) {
            timer = timer(method, route, status);
        }
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    private @Nullable Timer timer(String method, @Nullable String route, int status) {
        var key = new Key(METHODS.contains(method) ? method : OVERFLOW, bounded(route), bounded(status));
        Timer timer = timers.get(key);
        return timer == null ? added(key) : timer;
    }

    private String bounded(@Nullable String given) {
        if (given == null || given.isEmpty()) {
            return UNKNOWN;
        }
        String known = givenRoutes.get(given);
        if (known != null) {
            return known;
        }
        if (givenRoutes.size() >= MAX_GIVEN_ROUTES) {
            return OVERFLOW;
        }
        String route = Printable.line(Redact.text(given));
        boolean isKept = routes.contains(route)
                || (routes.size() < MAX_ROUTES && routes.add(route))
                || routes.contains(route); // another thread was first
        String bounded = isKept ? route : OVERFLOW;
        givenRoutes.put(given, bounded);
        return bounded;
    }

    private int bounded(int status) {
        if (status < 100 || status > 999) {
            return NO_STATUS;
        }
        if (REGISTERED_STATUSES.contains(status) || privateStatuses.contains(status)) {
            return status;
        }
        // two threads may add one each at the bound, which is no more than a few series
        return privateStatuses.size() < MAX_PRIVATE_STATUSES && privateStatuses.add(status) ? status : status / 100;
    }

    /** Null once the meters are removed, as a new one would never be removed; or if the registry does not accept it. */
    private synchronized @Nullable Timer added(Key key) {
        if (over) {
            return null;
        }
        try {
            return timers.computeIfAbsent(key, this::register);
        } catch (RuntimeException
                | LinkageError
                | StackOverflowError e) { // the name is registered with other tags: no reason to fail a request
            end();
            log.write(
                    LOG,
                    to -> to.warn(
                            "'{}' no longer times requests, because the registry rejects their timer: {}",
                            service,
                            Redact.oneLine(e)));
            return null;
        }
    }

    private Timer register(Key key) {
        String[] tags = {
            "service",
            service,
            "method",
            key.method(),
            "uri",
            key.route(),
            "status",
            status(key),
            "outcome",
            outcome(key)
        };
        Timer timer = Timer.builder(names.timer())
                .tags(tags)
                .description("Answered requests, and their durations")
                .serviceLevelObjectives(buckets)
                .register(registry);
        meters.add(timer);
        if (names == RequestNames.HTTP_REQUEST_DURATION) {
            meters.add(FunctionCounter.builder("http.requests", timer, Timer::count)
                    .tags(tags)
                    .description("Answered requests")
                    .register(registry));
        }
        return timer;
    }

    private static String status(Key key) {
        if (key.status() == NO_STATUS) {
            return "none";
        }
        return key.status() < 100 ? key.status() + "xx" : String.valueOf(key.status());
    }

    private static String outcome(Key key) {
        return switch (key.status() < 100 ? key.status() : key.status() / 100) {
            case 1 -> "INFORMATIONAL";
            case 2 -> "SUCCESS";
            case 3 -> "REDIRECTION";
            case 4 -> "CLIENT_ERROR";
            case 5 -> "SERVER_ERROR";
            default -> "UNKNOWN";
        };
    }

    /** Requests answered from now on are not timed. */
    synchronized void end() {
        over = true;
        timers.clear();
    }
}
