package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One probe of a container. Immutable. */
public record Probe(Workload workload, Value container, String kind, Value value) {
    private static final Pattern CLIENT =
            Pattern.compile("\\b(curl|wget)\\b.*?\\bhttps?://[^\\s/'\"]+(/[^\\s'\"|;&]*)?", Pattern.DOTALL);
    public static final String STARTUP = "startupProbe";
    public static final String LIVENESS = "livenessProbe";
    public static final String READINESS = "readinessProbe";

    static List<Probe> allIn(List<Workload> workloads) {
        var probes = new ArrayList<Probe>();
        for (Workload workload : workloads) {
            for (Value container : workload.lasting()) {
                for (String kind : List.of(STARTUP, LIVENESS, READINESS)) {
                    if (container.field(kind).exists()) {
                        probes.add(new Probe(workload, container, kind, container.field(kind)));
                    }
                }
            }
        }
        return probes;
    }

    public boolean is(String other) {
        return kind.equals(other);
    }

    public Value path() {
        return value.at("httpGet.path");
    }

    /** The place of the path that {@link #asked} returns. */
    public Value askedPlace() {
        return value.field("httpGet").exists() ? path() : value.at("exec.command");
    }

    /**
     * The path requested by HTTP, by the kubelet or by curl or wget in a command, without its query; "" if there is none. A
     * query such as {@code ?verbose} changes the content of the answer, not what the answer depends on.
     */
    public String asked() {
        String asked = pathText();
        if (asked.isEmpty()) {
            Matcher matcher = CLIENT.matcher(value.at("exec.command").joined());
            asked = matcher.find() ? (matcher.group(2) == null ? "/" : matcher.group(2)) : "";
        }
        int query = asked.indexOf('?');
        return query < 0 ? asked : asked.substring(0, query);
    }

    /** The path, or the default, or "" if this is not an HTTP probe. */
    public String pathText() {
        return value.field("httpGet").exists() ? path().textOr("/") : "";
    }

    /** The port it connects to, by name or number; absent for a command. */
    public Value port() {
        for (String how : List.of("httpGet", "tcpSocket", "grpc")) {
            if (value.at(how + ".port").exists()) {
                return value.at(how + ".port");
            }
        }
        return value.at("httpGet.port");
    }

    public OptionalLong portNumber() {
        return Workload.port(container, port());
    }

    /** The same container's probe of this kind, which may be absent. */
    public Probe sibling(String other) {
        return new Probe(workload, container, other, container.field(other));
    }

    /** The other probes of the same container. */
    public Stream<Probe> siblings() {
        return Stream.of(STARTUP, LIVENESS, READINESS)
                .filter(each -> !each.equals(kind))
                .map(this::sibling)
                .filter(each -> each.value().exists());
    }

    public long initialDelay() {
        return value.field("initialDelaySeconds").integerOr(0);
    }

    public long period() {
        return value.field("periodSeconds").integerOr(10);
    }

    public long timeout() {
        return value.field("timeoutSeconds").integerOr(1);
    }

    public long failures() {
        return value.field("failureThreshold").integerOr(3);
    }

    /** The seconds that may pass until it has finally failed. */
    public long budget() {
        return initialDelay() + period() * failures();
    }

    /** A number of this probe with its source, as text. */
    public String text(String field, long number) {
        return number + (value.field(field).exists() ? "" : " (Kubernetes' default)");
    }
}
