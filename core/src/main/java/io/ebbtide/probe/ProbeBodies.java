package io.ebbtide.probe;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.ProbeKind;
import io.ebbtide.health.Snapshot;
import io.ebbtide.health.Status;
import io.ebbtide.internal.Json;
import io.ebbtide.internal.Redact;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.spi.ProbeResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All answers at one moment, in plain JSON, each rendered at its first request. Safe for use by many threads. */
final class ProbeBodies {
    private static final String ALL = "/health";
    private static final String EACH = ALL + "/";

    /** By path. The map is replaced with each addition, so that no thread takes a lock; a lost entry is rendered again. */
    private volatile Map<String, ProbeResponse> written = Map.of();

    private volatile @Nullable Set<String> groups;

    private final String service;
    private final LifecycleState state;
    private final boolean byChecks;
    private final Snapshot health;
    private final boolean detailed;

    /**
     * @param byChecks whether the checks decide on readiness; else it fails, whatever their verdicts
     * @param detailed whether more than the status is shown, and which state is the reason for it
     */
    ProbeBodies(String service, LifecycleState state, boolean byChecks, Snapshot health, boolean detailed) {
        this.service = service;
        this.state = state;
        this.byChecks = byChecks;
        this.health = health;
        this.detailed = detailed;
    }

    /** The answer at a path; null if there is none. */
    @Nullable
    ProbeResponse at(String path) {
        if (!path.startsWith(ALL)) { // true for most requests
            return null;
        }
        ProbeResponse known = written.get(path);
        if (known != null) {
            return known;
        }
        ProbeResponse made = write(path);
        if (made != null) {
            var more = new HashMap<>(written);
            more.put(path, made);
            written = more;
        }
        return made;
    }

    private @Nullable ProbeResponse write(String path) {
        return switch (path) {
            case ALL -> all();
            case EACH + "live" -> live();
            case EACH + "ready" -> ready();
            case EACH + "startup" -> started();
            default -> path.startsWith(EACH) ? group(path.substring(EACH.length())) : null;
        };
    }

    /** Shutting down is no reason to be killed: liveness stays unchanged to the end. */
    private ProbeResponse live() {
        return simple(health.liveness(), shownBrokenReason());
    }

    private ProbeResponse ready() {
        return simple(readiness(), whyNotReady());
    }

    private ProbeResponse started() {
        Status started = state == LifecycleState.STARTING ? Status.DOWN : health.startup();
        return simple(started, started == Status.UP ? null : "starting");
    }

    private ProbeResponse all() {
        Status worst = readiness().worse(health.liveness());
        if (!detailed) {
            return simple(worst, health.brokenReason() != null ? shownBrokenReason() : whyNotReady());
        }
        return ProbeResponse.json(code(worst), Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("status", worst.name());
            json.writeStringField("service", service);
            json.writeStringField("state", state.name());
            String reason = health.brokenReason() != null ? health.brokenReason() : whyNotReady();
            if (reason != null) {
                json.writeStringField("reason", Redact.text(reason));
            }
            writeChecks(health.checks(), json);
            json.writeEndObject();
        }));
    }

    /** The checks of a group are independent of the shutdown. */
    private @Nullable ProbeResponse group(String group) {
        Set<String> known = groups;
        if (known == null) {
            known = health.groups();
            groups = known; // a request for an unknown group must not repeat the search
        }
        if (!known.contains(group)) {
            return null;
        }
        Status status = health.groupStatus(group);
        if (!detailed) {
            return simple(status, null);
        }
        return ProbeResponse.json(code(status), Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("status", status.name());
            json.writeStringField("group", group);
            writeChecks(health.group(group), json);
            json.writeEndObject();
        }));
    }

    private @Nullable String shownBrokenReason() {
        return detailed || health.brokenReason() == null ? health.brokenReason() : "broken";
    }

    private Status readiness() {
        return byChecks ? health.readiness() : Status.DOWN;
    }

    private @Nullable String whyNotReady() {
        if (byChecks) {
            if (health.holds().isEmpty()) {
                return whyDown();
            }
            return detailed ? "held: " + String.join(", ", health.holds()) : "held";
        }
        return state == LifecycleState.STARTING ? "starting" : "leaving";
    }

    private @Nullable String whyDown() {
        if (!health.isStartupAwaited()) {
            return detailed ? down(ProbeKind.READINESS) : null;
        }
        String awaited = detailed ? down(ProbeKind.STARTUP) : null;
        return awaited == null ? "starting" : "starting: " + awaited;
    }

    private @Nullable String down(ProbeKind kind) {
        List<String> down = health.checks().stream()
                .filter(check -> check.kind() == kind && check.status() != Status.UP)
                .map(CheckStatus::name)
                .toList();
        return down.isEmpty() ? null : String.join(", ", down);
    }

    /** The most frequent answer, on the threads that serve: without the JSON library, unless the reason needs it. */
    private static ProbeResponse simple(Status status, @Nullable String reason) {
        if (reason == null) {
            return plain(status, "{\"status\":\"" + status.name() + "\"}");
        }
        String shown = Redact.text(reason);
        if (isPlain(shown)) {
            return plain(status, "{\"status\":\"" + status.name() + "\",\"reason\":\"" + shown + "\"}");
        }
        return ProbeResponse.json(code(status), Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("status", status.name());
            json.writeStringField("reason", shown);
            json.writeEndObject();
        }));
    }

    private static ProbeResponse plain(Status status, String body) {
        return ProbeResponse.json(code(status), body.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether the text needs no escape (RFC 8259, section 7), and is ASCII. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static void writeChecks(List<CheckStatus> checks, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("checks");
        for (CheckStatus check : checks) {
            write(check, json);
        }
        json.writeEndArray();
    }

    private static void write(CheckStatus check, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", check.name());
        json.writeStringField("status", check.known() ? check.status().name() : "UNKNOWN");
        json.writeObjectFieldStart("data");
        json.writeStringField("probe", check.kind().name().toLowerCase(Locale.ROOT));
        json.writeBooleanField("required", check.required());
        if (!check.reason().isEmpty()) {
            json.writeStringField("reason", Redact.text(check.reason()));
        }
        if (check.checkedAt() != null) {
            json.writeStringField("checkedAt", check.checkedAt().toString());
        }
        if (check.latency() != null) {
            json.writeNumberField("latencyMillis", check.latency().toMillis());
        }
        if (check.hungSince() != null) {
            json.writeStringField("hungSince", check.hungSince().toString());
        }
        if (check.stale()) {
            json.writeBooleanField("stale", true);
        }
        for (Map.Entry<String, Object> detail : check.details().entrySet()) {
            json.writeFieldName(detail.getKey());
            json.writePOJO(shown(detail.getKey(), detail.getValue()));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** A value with the name of a secret is treated as one, whatever its form. */
    private static Object shown(String name, Object value) {
        return value instanceof String text ? Redact.value(name, text) : value;
    }

    private static int code(Status status) {
        return status == Status.DOWN ? 503 : 200;
    }
}
