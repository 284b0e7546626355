package io.ebbtide.lint.rule;

import io.ebbtide.internal.Durations;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Autoscaler;
import io.ebbtide.lint.model.Spans;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Document;
import io.ebbtide.lint.read.Documents;
import io.ebbtide.lint.read.Limits;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules about alerts in PrometheusRules. */
final class AlertRules {
    private static final Pattern RATE = Pattern.compile("\\b(rate|irate|increase)\\s*\\(\\s*([a-zA-Z_:][\\w:]*)\\s*"
            + "(\\{(?:[^}\"']++|\"(?:[^\"\\\\]++|\\\\.)*+\"|'(?:[^'\\\\]++|\\\\.)*+')*+})?"
            + "\\s*\\[\\s*(\\w+)\\s*(?::\\s*\\w*\\s*)?](?:\\s*offset\\s+\\w+)?\\s*\\)(?:\\s*(>=?)\\s*([\\d.]+))?");
    /** Names whose last word shows that they are gauges; a counter ends in _total, _count, _sum, _bucket. */
    private static final Pattern GAUGE = Pattern.compile(
            "(.*_)?(replicas|replicas_(available|ready|updated|unavailable|desired)|status_condition|(min|max)_replicas)");

    private static final Pattern DEPLOYMENT = Pattern.compile("deployment\\s*(=~?)\\s*\"([^\"]+)\"");

    private AlertRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "rate-on-gauge",
                        Severity.ERROR,
                        "An alert uses rate() on a number of replicas.",
                        "rate() is for counters: it treats each decrease of a gauge as a restart from 0, and divides the sum of "
                                + "the increases by seconds. The alert never fires, or fires without a cause.",
                        "rate(), irate() and increase() only on counters",
                        "Use changes(metric[30m]), which counts how often a gauge has changed.",
                        AlertRules::rateOnGauge),
                new Rule(
                        "rollout-alert-too-early",
                        Severity.WARNING,
                        "An alert reports a slow but valid rollout as stuck.",
                        "During every rollout some replicas are not yet updated. The number of its steps depends on the number of "
                                + "replicas, and each step may take as long as a start.",
                        "for >= steps x (startup budget + readiness + minReadySeconds)",
                        "Use kube_deployment_status_condition{condition=\"Progressing\",status=\"false\"} == 1, Kubernetes' own "
                                + "judgement.",
                        AlertRules::rolloutTooEarly));
    }

    /** A rule and its place: the rule itself, or the entry of a ConfigMap that holds it as text. */
    private record Alert(
            Manifest manifest, Value rule, @Nullable Value text) {
        Value place(Value own) {
            return text == null ? own : text;
        }
    }

    /** The rules of PrometheusRules, and of files in ConfigMaps such as those that Prometheus' own chart mounts. */
    private static List<Alert> alerts(World world) {
        var alerts = new ArrayList<Alert>();
        world.all("monitoring.coreos.com", "PrometheusRule")
                .forEach(
                        each -> rules(each.at("spec.groups")).forEach(rule -> alerts.add(new Alert(each, rule, null))));
        world.all("", "ConfigMap").forEach(map -> {
            for (Value file : map.at("data").fields()) {
                if (file.text().contains("groups:") && file.text().contains("expr:")) {
                    for (Document document :
                            Documents.of(file.text(), Limits.USUAL).read()) {
                        rules(document.root().field("groups")).forEach(rule -> alerts.add(new Alert(map, rule, file)));
                    }
                }
            }
        });
        return alerts;
    }

    private static Stream<Value> rules(Value groups) {
        return groups.items().stream().flatMap(group -> group.field("rules").items().stream());
    }

    private static void rateOnGauge(World world, Rule.Found found) {
        alerts(world).forEach(each -> {
            Value alert = each.rule();
            Manifest manifest = each.manifest();
            {
                Matcher matcher = RATE.matcher(alert.field("expr").text());
                while (matcher.find()) {
                    String metric = matcher.group(2);
                    if (GAUGE.matcher(metric).matches()) {
                        found.at(
                                manifest,
                                each.place(alert.field("expr")),
                                numbers(world, matcher),
                                "changes(%s[%s])".formatted(metric, matcher.group(4)));
                    }
                }
            }
        });
    }

    private static String numbers(World world, Matcher matcher) {
        String text = "%s(%s[%s])".formatted(matcher.group(1), matcher.group(2), matcher.group(4));
        if (matcher.group(6) == null || matcher.group(1).equals("increase")) {
            return text + " of a gauge";
        }
        try {
            double seconds = Spans.parse(matcher.group(4)).toSeconds();
            double needed = Double.parseDouble(matcher.group(6)) * seconds;
            Optional<Autoscaler> largest = world.autoscalers().stream().max(Comparator.comparingLong(Autoscaler::max));
            return "%s %s %s per second is a growth of %.0f replicas in %s%s"
                    .formatted(
                            text,
                            matcher.group(5),
                            matcher.group(6),
                            needed,
                            matcher.group(4),
                            largest.map(each -> "; %s has at most %d"
                                            .formatted(each.manifest().text(), each.max()))
                                    .orElse(""));
        } catch (IllegalArgumentException e) {
            return text + " of a gauge";
        }
    }

    private static void rolloutTooEarly(World world, Rule.Found found) {
        alerts(world).forEach(each -> {
            Value alert = each.rule();
            Manifest manifest = each.manifest();
            {
                String expression = alert.field("expr").text();
                boolean comparesUpdated = expression.contains("replicas_updated")
                        && (expression.contains("spec_replicas") || expression.contains("replicas_desired"))
                        && (expression.contains("<") || expression.contains("!=") || expression.contains(">"));
                if (alert.field("alert").exists() && comparesUpdated && !expression.contains("Progressing")) {
                    slowest(world, expression)
                            .filter(slow -> slow.seconds() > patience(alert).toSeconds())
                            .ifPresent(
                                    slow -> found.at(
                                            manifest,
                                            each.place(
                                                    alert.field("for").exists()
                                                            ? alert.field("for")
                                                            : alert.field("expr")),
                                            "for %s < %s".formatted(Durations.text(patience(alert)), slow.text()),
                                            "kube_deployment_status_condition{condition=\"Progressing\",status=\"false\"} == 1"));
                }
            }
        });
    }

    private static Duration patience(Value alert) {
        return alert.field("for").exists()
                ? Spans.ofOthers(alert.field("for").text()).orElse(Duration.ofDays(1)) // unreadable: nothing to prove
                : Duration.ZERO;
    }

    /** A rollout in steps. */
    private record Rollout(Workload workload, long replicas, long atOnce, RolloutRules.Step step) {
        long seconds() {
            return (replicas + atOnce - 1) / atOnce * step.seconds();
        }

        String text() {
            return "%d replicas / %d at once x (%s) = %d s of %s"
                    .formatted(replicas, atOnce, step.text(), seconds(), workload.text());
        }
    }

    /** The longest possible rollout among the Deployments that the alert is about. */
    private static Optional<Rollout> slowest(World world, String expression) {
        Optional<Pattern> names = names(expression);
        return world.workloads().stream()
                .filter(each -> each.isA("Deployment"))
                .filter(each -> names.isPresent()
                        && names.get().matcher(each.manifest().name()).matches())
                .map(each ->
                        new Rollout(each, each.maxReplicas().value(), atOnce(each), RolloutRules.Step.of(world, each)))
                .max(Comparator.comparingLong(Rollout::seconds));
    }

    /** The names of Deployments that an expression is about; empty if they cannot be read. */
    private static Optional<Pattern> names(String expression) {
        Matcher named = DEPLOYMENT.matcher(expression);
        if (!named.find()) {
            return Optional.of(Pattern.compile(".*"));
        }
        try {
            boolean exactly = named.group(1).equals("=");
            return Optional.of(Pattern.compile(exactly ? Pattern.quote(named.group(2)) : named.group(2)));
        } catch (PatternSyntaxException e) {
            return Optional.empty(); // Prometheus reports it
        }
    }

    private static long atOnce(Workload workload) {
        long replicas = workload.maxReplicas().value();
        if (workload.manifest().at("spec.strategy.type").text().equals("Recreate")) {
            return Math.max(1, replicas);
        }
        Value strategy = workload.manifest().at("spec.strategy.rollingUpdate");
        long surge = amount(strategy.field("maxSurge"), replicas, true);
        long unavailable = amount(strategy.field("maxUnavailable"), replicas, false);
        return Math.max(1, surge + unavailable);
    }

    private static long amount(Value value, long replicas, boolean up) {
        double percent = value.exists() ? value.percent().orElse(-1) : 25;
        if (percent < 0) {
            return value.integerOr(0);
        }
        double share = percent * replicas / 100;
        return (long) (up ? Math.ceil(share) : Math.floor(share));
    }
}
