package io.ebbtide.lint;

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
                        "ingress-nginx has no such annotation.",
                        "It is ignored without a word. Keep-alive to the pods, for example, is set in the controller's ConfigMap "
                                + "(upstream-keepalive-connections, -timeout, -requests), for all Ingresses.",
                        "the annotations of v1.15.1, the last version",
                        "Correct the name, or set it where it exists.",
                        NginxRules::unknownAnnotation),
                new Rule(
                        "number-with-unit",
                        Severity.ERROR,
                        "ingress-nginx expects a bare number here.",
                        "A value with a unit is refused and the default holds: proxy-next-upstream-timeout is 0 then, no limit.",
                        "a whole number, in seconds where it is a time",
                        "Write the number alone, in quotes.",
                        NginxRules::numberWithUnit),
                new Rule(
                        "affinity-unknown",
                        Severity.ERROR,
                        "ingress-nginx knows affinity by cookie only.",
                        "Another value is ignored. Hashing by the client's address is upstream-hash-by.",
                        "affinity = cookie",
                        "affinity: cookie, or upstream-hash-by: $binary_remote_addr.",
                        NginxRules::affinityUnknown),
                new Rule(
                        "affinity-replaces-ewma",
                        Severity.WARNING,
                        "Both EWMA and a hash or affinity are asked for.",
                        "upstream-hash-by and affinity replace the load balancing algorithm: EWMA is not used.",
                        "load-balance: ewma without affinity and without upstream-hash-by",
                        "Ask for one of them.",
                        NginxRules::ewma),
                new Rule(
                        "hash-defeats-draining",
                        Severity.WARNING,
                        "A hash by the client's address decides which pod is asked.",
                        "Behind another proxy or NAT many clients are one address and land on one pod; who is hashed to a pod that "
                                + "leaves stays with it until the controller has learnt, and pods that scale out get their share of "
                                + "addresses, not of load.",
                        "no upstream-hash-by on the client's address, where replicas share the load",
                        "Take upstream-hash-by out.",
                        NginxRules::hash),
                new Rule(
                        "retries-repeat-writes",
                        Severity.WARNING,
                        "Requests that are not idempotent are sent again.",
                        "A POST that timed out may have been done: it is done twice.",
                        "proxy-next-upstream without non_idempotent",
                        "Take non_idempotent out.",
                        NginxRules::writes));
    }

    private static void unknownAnnotation(World world, Rule.Found found) {
        Set<String> known = NginxAnnotations.known();
        IngressRules.ingresses(world).forEach(ingress -> {
            for (Value each : ingress.at("metadata.annotations").fields()) {
                if (each.key().startsWith(IngressRules.NGINX)) {
                    String name = each.key().substring(IngressRules.NGINX.length());
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
        IngressRules.ingresses(world).forEach(ingress -> {
            for (String name : NUMBERS) {
                Value value = ingress.annotation(IngressRules.NGINX + name);
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
        IngressRules.ingresses(world).forEach(ingress -> {
            Value affinity = ingress.annotation(IngressRules.NGINX + "affinity");
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
        IngressRules.ingresses(world).forEach(ingress -> {
            boolean asked = ingress.annotation(IngressRules.NGINX + "load-balance")
                    .text()
                    .equals("ewma");
            Value hash = ingress.annotation(IngressRules.NGINX + "upstream-hash-by");
            Value affinity = ingress.annotation(IngressRules.NGINX + "affinity");
            Value replaces = hash.exists() ? hash : affinity;
            if ((asked || everywhere) && replaces.exists()) {
                found.at(
                        ingress,
                        replaces,
                        "load-balance: ewma (%s), and %s: %s"
                                .formatted(
                                        asked ? "this Ingress" : "the controller's ConfigMap",
                                        replaces.key().substring(IngressRules.NGINX.length()),
                                        replaces.text()),
                        "take one of the two out");
            }
        });
    }

    private static void hash(World world, Rule.Found found) {
        IngressRules.ingresses(world).forEach(ingress -> {
            Value hash = ingress.annotation(IngressRules.NGINX + "upstream-hash-by");
            if (!hash.text().contains("remote_addr")) {
                return;
            }
            for (Workload workload :
                    IngressRules.behind(world, ingress).distinct().toList()) {
                if (workload.counted() && workload.most().value() > 1) {
                    found.at(
                            ingress,
                            hash,
                            "upstream-hash-by %s, %s replicas of %s"
                                    .formatted(hash.text(), workload.most(), workload.text()),
                            "take upstream-hash-by out");
                }
            }
        });
    }

    private static void writes(World world, Rule.Found found) {
        IngressRules.ingresses(world).forEach(ingress -> {
            Value next = ingress.annotation(IngressRules.NGINX + "proxy-next-upstream");
            if (next.text().contains("non_idempotent")) {
                found.at(
                        ingress,
                        next,
                        "proxy-next-upstream: %s, up to %s tries"
                                .formatted(
                                        next.text(),
                                        ingress.annotation(IngressRules.NGINX + "proxy-next-upstream-tries")
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
