package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.NginxIngress;
import io.ebbtide.lint.model.Routes;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Value;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules about the effects of ingress-nginx's annotations. */
final class NginxRules {
    /** Annotations whose values are numbers of seconds or of tries. */
    private static final List<String> NUMBERS = List.of(
            "proxy-next-upstream-timeout",
            "proxy-next-upstream-tries",
            "proxy-connect-timeout",
            "proxy-send-timeout",
            "proxy-read-timeout");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private NginxRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "unknown-annotation",
                        Severity.WARNING,
                        "ingress-nginx does not know this annotation.",
                        "The controller ignores the annotation without a warning. For example, keep-alive to the pods is set in "
                                + "the controller's ConfigMap (upstream-keepalive-connections, -timeout, -requests), for all "
                                + "Ingresses.",
                        "one of the annotations of v1.15.1, the last version",
                        "Correct the name, or set the value where the controller reads it.",
                        NginxRules::unknownAnnotation),
                new Rule(
                        "number-with-unit",
                        Severity.ERROR,
                        "ingress-nginx expects a number without a unit here.",
                        "The controller refuses a value with a unit and uses the default: for proxy-next-upstream-timeout that is "
                                + "0, no limit.",
                        "a whole number, in seconds where it is a time",
                        "Write only the number, in quotes.",
                        NginxRules::numberWithUnit),
                new Rule(
                        "affinity-unknown",
                        Severity.ERROR,
                        "ingress-nginx supports affinity by cookie only.",
                        "The controller ignores any other value. To hash by the client's address, use upstream-hash-by.",
                        "affinity = cookie",
                        "Set affinity: cookie, or upstream-hash-by: $binary_remote_addr.",
                        NginxRules::affinityUnknown),
                new Rule(
                        "affinity-replaces-ewma",
                        Severity.WARNING,
                        "EWMA is configured together with a hash or with affinity.",
                        "upstream-hash-by and affinity replace the load-balancing algorithm: EWMA is not used.",
                        "load-balance: ewma without affinity and without upstream-hash-by",
                        "Configure only one of them.",
                        NginxRules::ewma),
                new Rule(
                        "hash-defeats-draining",
                        Severity.WARNING,
                        "A hash of the client's address selects the pod.",
                        "Behind another proxy or NAT many clients have one address and are sent to one pod. A client whose hash "
                                + "selects a pod that shuts down stays with it until the controller has removed it, and new pods "
                                + "get a share of the addresses, not of the load.",
                        "no upstream-hash-by on the client's address, where replicas share the load",
                        "Remove upstream-hash-by.",
                        NginxRules::hash),
                new Rule(
                        "retries-repeat-writes",
                        Severity.WARNING,
                        "The proxy sends requests again that are not idempotent.",
                        "A POST that timed out may have been executed; the retry executes it a second time.",
                        "proxy-next-upstream without non_idempotent",
                        "Remove non_idempotent.",
                        NginxRules::writes));
    }

    private static void unknownAnnotation(World world, Rule.Found found) {
        Set<String> known = NginxAnnotations.known();
        Routes.ingresses(world).forEach(ingress -> {
            for (Value each : ingress.at("metadata.annotations").fields()) {
                if (each.key().startsWith(NginxIngress.PREFIX)) {
                    String name = each.key().substring(NginxIngress.PREFIX.length());
                    if (!known.contains(name)) {
                        found.at(
                                ingress,
                                each,
                                "%s is none of the %d annotations of v1.15.1".formatted(name, known.size()),
                                NginxAnnotations.instead(name));
                    }
                }
            }
        });
    }

    private static void numberWithUnit(World world, Rule.Found found) {
        Routes.ingresses(world).forEach(ingress -> {
            for (String name : NUMBERS) {
                Value value = ingress.annotation(NginxIngress.PREFIX + name);
                if (value.exists() && !NUMBER.matcher(value.text()).matches()) {
                    String digits = value.text().replaceFirst("^(\\d+)\\s*s.*$", "$1");
                    found.at(
                            ingress,
                            value,
                            "%s: %s (expected: a whole number)".formatted(name, value.text()),
                            "%s: \"%s\"".formatted(name, NUMBER.matcher(digits).matches() ? digits : "10"));
                }
            }
        });
    }

    private static void affinityUnknown(World world, Rule.Found found) {
        Routes.ingresses(world).forEach(ingress -> {
            Value affinity = ingress.annotation(NginxIngress.PREFIX + "affinity");
            if (affinity.exists() && !affinity.text().equals("cookie")) {
                found.at(
                        ingress,
                        affinity,
                        "affinity: %s (expected: cookie)".formatted(affinity.text()),
                        "upstream-hash-by: $binary_remote_addr, or affinity: cookie");
            }
        });
    }

    private static void ewma(World world, Rule.Found found) {
        boolean everywhere = world.all("", "ConfigMap")
                .anyMatch(each -> each.at("data.load-balance").text().equals("ewma"));
        Routes.ingresses(world).forEach(ingress -> {
            boolean asked = ingress.annotation(NginxIngress.PREFIX + "load-balance")
                    .text()
                    .equals("ewma");
            Value hash = ingress.annotation(NginxIngress.PREFIX + "upstream-hash-by");
            Value affinity = ingress.annotation(NginxIngress.PREFIX + "affinity");
            Value replaces = hash.exists() ? hash : affinity;
            if ((asked || everywhere) && replaces.exists()) {
                found.at(
                        ingress,
                        replaces,
                        "load-balance: ewma (%s), and %s: %s"
                                .formatted(
                                        asked ? "this Ingress" : "the controller's ConfigMap",
                                        replaces.key().substring(NginxIngress.PREFIX.length()),
                                        replaces.text()),
                        "remove one of the two");
            }
        });
    }

    private static void hash(World world, Rule.Found found) {
        Routes.ingresses(world).forEach(ingress -> {
            Value hash = ingress.annotation(NginxIngress.PREFIX + "upstream-hash-by");
            if (!hash.text().contains("remote_addr")) {
                return;
            }
            for (Workload workload :
                    Routes.workloadsBehind(world, ingress).distinct().toList()) {
                if (workload.counted() && workload.maxReplicas().value() > 1) {
                    found.at(
                            ingress,
                            hash,
                            "upstream-hash-by %s, %s replicas of %s"
                                    .formatted(hash.text(), workload.maxReplicas(), workload.text()),
                            "remove upstream-hash-by");
                }
            }
        });
    }

    private static void writes(World world, Rule.Found found) {
        Routes.ingresses(world).forEach(ingress -> {
            Value next = ingress.annotation(NginxIngress.PREFIX + "proxy-next-upstream");
            if (next.text().contains("non_idempotent")) {
                found.at(
                        ingress,
                        next,
                        "proxy-next-upstream: %s, up to %s tries"
                                .formatted(
                                        next.text(),
                                        ingress.annotation(NginxIngress.PREFIX + "proxy-next-upstream-tries")
                                                .textOr("3 (the controller's default)")),
                        "proxy-next-upstream: "
                                + next.text()
                                        .replace("non_idempotent", "")
                                        .replaceAll("\\s+", " ")
                                        .strip());
            }
        });
    }
}
