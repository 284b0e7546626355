package io.ebbtide.spring;

import io.ebbtide.Ebbtide;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Snapshot;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.report.ShutdownReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A service as maps, lists, texts and numbers, for {@code /actuator/ebbtide}. Text that the application has written (reasons, details,
 * descriptions of work) passes a sanitizer; core has removed secrets that it recognizes. Stateless.
 */
public final class ServiceDescription {
    private ServiceDescription() {}

    /**
     * Returns the description.
     *
     * @param values sanitizes a value, given its name
     */
    public static Map<String, Object> of(
            EbbtideLifecycle lifecycle, BiFunction<String, Object, @Nullable Object> values) {
        Ebbtide service = lifecycle.service();
        Snapshot snapshot = service.health().snapshot();
        var all = new LinkedHashMap<String, Object>();
        all.put("service", lifecycle.name());
        all.put("state", service.state().name());
        GraceBudget budget = lifecycle.budget();
        if (budget != null) {
            all.put("budget", budget(budget));
        }
        all.put("managementPort", service.managementPort());
        all.put("liveness", snapshot.liveness().name());
        all.put("readiness", snapshot.readiness().name());
        if (!snapshot.holds().isEmpty()) {
            put(all, "holds", snapshot.holds(), values);
        }
        if (snapshot.brokenReason() != null) {
            put(all, "broken", snapshot.brokenReason(), values);
        }
        all.put("inFlight", inFlight(service, values));
        all.put(
                "checks",
                snapshot.checks().stream().map(each -> check(each, values)).toList());
        ShutdownReport report = lifecycle.lastReport();
        if (report != null) {
            all.put("lastReport", report(report, values));
        }
        return all;
    }

    private static void put(
            Map<String, Object> to, String name, Object value, BiFunction<String, Object, @Nullable Object> values) {
        Object shown = values.apply(name, value);
        if (shown != null) {
            to.put(name, shown);
        }
    }

    private static Map<String, Object> budget(GraceBudget budget) {
        var shares = new LinkedHashMap<String, Object>();
        shares.put("grace", text(budget.grace()));
        shares.put("preStop", text(budget.preStop()));
        shares.put("lameDuck", text(budget.lameDuck()));
        shares.put("drain", text(budget.drain()));
        shares.put("stop", text(budget.stop()));
        shares.put("margin", text(budget.margin()));
        return shares;
    }

    private static Map<String, Object> inFlight(Ebbtide service, BiFunction<String, Object, @Nullable Object> values) {
        var work = new LinkedHashMap<String, Object>();
        for (WorkKind kind : WorkKind.values()) {
            work.put(kind.name().toLowerCase(Locale.ROOT), service.inFlight().count(kind));
        }
        put(work, "work", service.inFlight().text(), values);
        return work;
    }

    private static Map<String, Object> check(CheckStatus check, BiFunction<String, Object, @Nullable Object> values) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("name", check.name());
        shown.put("kind", check.kind().name());
        shown.put("required", check.required());
        shown.put("known", check.known());
        shown.put("status", check.status().name());
        if (!check.reason().isEmpty()) {
            put(shown, "reason", check.reason(), values);
        }
        if (!check.details().isEmpty()) {
            var details = new LinkedHashMap<String, Object>();
            check.details().forEach((name, value) -> put(details, name, value, values));
            shown.put("details", details);
        }
        if (check.latency() != null) {
            shown.put("latency", text(check.latency()));
        }
        if (check.checkedAt() != null) {
            shown.put("checkedAt", check.checkedAt().toString());
        }
        if (check.hungSince() != null) {
            shown.put("hungSince", check.hungSince().toString());
        }
        return shown;
    }

    private static Map<String, Object> report(
            ShutdownReport report, BiFunction<String, Object, @Nullable Object> values) {
        var shown = new LinkedHashMap<String, Object>();
        put(shown, "reason", report.reason(), values);
        shown.put("at", report.at().toString());
        shown.put("took", text(report.took()));
        shown.put("exitCode", report.exitCode().code());
        shown.put("clean", report.isClean());
        var states = new LinkedHashMap<String, Object>();
        report.states().forEach((state, took) -> states.put(state.name(), text(took)));
        shown.put("states", states);
        shown.put("inFlightAtSignal", report.inFlightAtSignal());
        shown.put("inFlightArrived", report.inFlightArrived());
        shown.put("inFlightFinished", report.inFlightFinished());
        shown.put("late", report.late().count());
        shown.put("lateRefused", report.late().refused());
        put(shown, "cut", texts(report.cut(), each -> each.kind() + " " + each.description()), values);
        List<Map<String, Object>> stops = new ArrayList<>();
        for (ShutdownReport.Stop each : report.components()) {
            var stop = new LinkedHashMap<String, Object>();
            stop.put("name", each.name());
            stop.put("took", text(each.took()));
            stop.put("ending", each.ending().name());
            if (!each.detail().isEmpty()) {
                put(stop, "detail", each.detail(), values);
            }
            stops.add(stop);
        }
        shown.put("components", stops);
        put(shown, "problems", report.notes().problems(), values);
        put(shown, "advice", report.notes().advice(), values);
        return shown;
    }

    private static <T> List<String> texts(List<T> all, java.util.function.Function<T, String> text) {
        return all.stream().map(text).toList();
    }

    /** As in ISO 8601. */
    private static String text(Duration duration) {
        return duration.toString();
    }
}
