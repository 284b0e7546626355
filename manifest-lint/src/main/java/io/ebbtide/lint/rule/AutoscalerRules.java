package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.Autoscaler;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.List;
import java.util.Optional;

/** Rules about autoscalers, their targets and their bounds. */
final class AutoscalerRules {
    private AutoscalerRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "replicas-beside-autoscaler",
                        Severity.WARNING,
                        "A workload sets spec.replicas although an autoscaler scales it.",
                        "Each kubectl apply resets the number of replicas: at peak load, nine of ten pods may be shut down at once.",
                        "no spec.replicas where an autoscaler targets the workload",
                        "Remove spec.replicas.",
                        AutoscalerRules::replicas),
                new Rule(
                        "two-autoscalers",
                        Severity.ERROR,
                        "Two autoscalers scale the same workload.",
                        "Two autoscalers that set the replicas revert each other's changes every 15 s; KEDA creates an HPA of its "
                                + "own. A VerticalPodAutoscaler that changes the requests changes the utilisation that an HPA "
                                + "follows.",
                        "one autoscaler of replicas per workload, and no VerticalPodAutoscaler on a resource whose utilisation the "
                                + "HPA uses",
                        "Put all metrics into one of them.",
                        AutoscalerRules::two),
                new Rule(
                        "autoscaler-bounds",
                        Severity.ERROR,
                        "An autoscaler's minimum is greater than its maximum.",
                        "The API server refuses the autoscaler.",
                        "minReplicas <= maxReplicas",
                        "Correct one of the two.",
                        AutoscalerRules::bounds),
                new Rule(
                        "autoscaler-without-target",
                        Severity.NOTE,
                        "An autoscaler's target is missing in the input, or cannot be scaled.",
                        "If the target is not defined elsewhere, nothing is scaled, and rules that need both cannot check them. A "
                                + "DaemonSet cannot be scaled, and an apiVersion that is missing or was removed does not name a "
                                + "Deployment.",
                        "scaleTargetRef names a workload in the input, by a group that serves its kind",
                        "Correct kind, name or namespace, or add the workload to the input.",
                        AutoscalerRules::withoutTarget));
    }

    private static void replicas(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Value replicas = workload.holder().at("spec.replicas");
            List<Autoscaler> autoscalers = world.autoscalersOf(workload);
            if (replicas.exists() && !autoscalers.isEmpty()) {
                Autoscaler first = autoscalers.get(0);
                found.at(
                        workload.holder(),
                        replicas,
                        "replicas: %s; %s sets %d to %d"
                                .formatted(replicas.text(), first.manifest().text(), first.min(), first.max()),
                        "remove replicas: %s".formatted(replicas.text()));
            }
        }
    }

    private static void two(World world, Rule.Found found) {
        verticalBeside(world, found);
        for (Workload workload : world.workloads()) {
            List<Autoscaler> autoscalers = world.autoscalersOf(workload);
            if (autoscalers.size() > 1) {
                Autoscaler second = autoscalers.get(1);
                found.at(
                        second.manifest(),
                        second.manifest().at("spec.scaleTargetRef"),
                        "%s and %s both scale %s"
                                .formatted(
                                        autoscalers.get(0).manifest().text(),
                                        second.manifest().text(),
                                        workload.text()),
                        "put all metrics into one of them");
            }
        }
    }

    private static void bounds(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            String minimum = autoscaler.minimumField();
            String maximum = autoscaler.maximumField();
            boolean isSet = autoscaler.isKeda()
                    || autoscaler.manifest().at("spec." + maximum).exists();
            if (isSet && autoscaler.min() > autoscaler.max()) {
                found.at(
                        autoscaler.manifest(),
                        autoscaler.manifest().at("spec." + maximum),
                        "%s %d > %s %d".formatted(minimum, autoscaler.min(), maximum, autoscaler.max()),
                        "%s: %d, or a lower minimum".formatted(maximum, autoscaler.min()));
            }
        }
    }

    private static void withoutTarget(World world, Rule.Found found) {
        for (Autoscaler autoscaler : world.autoscalers()) {
            Manifest manifest = autoscaler.manifest();
            Value target = manifest.at("spec.scaleTargetRef");
            Optional<String> impossible = autoscaler.impossible();
            if (impossible.isPresent()) {
                found.at(
                        manifest,
                        target,
                        "%s %s: %s"
                                .formatted(
                                        autoscaler.targetKind(),
                                        target.field("name").text(),
                                        impossible.get()),
                        "apiVersion: apps/v1 and kind: Deployment or StatefulSet, or remove the autoscaler");
                continue;
            }
            boolean known = world.find(
                            manifest,
                            autoscaler.targetGroup(),
                            autoscaler.targetKind(),
                            manifest.namespace(),
                            target.field("name").text())
                    .isPresent();
            int near = world.workloadsIn(manifest.namespace()).size();
            if (autoscaler.target().isEmpty() && !known && near > 0) {
                found.at(
                        manifest,
                        target,
                        "%s %s; %d workload(s) in namespace %s, none of this kind and name"
                                .formatted(
                                        autoscaler.targetKind(),
                                        target.field("name").text(),
                                        near,
                                        manifest.namespace()),
                        "correct the target, or add the workload to the input");
            }
        }
    }

    /** Finds a VerticalPodAutoscaler that changes the requests whose utilisation an autoscaler follows. */
    private static void verticalBeside(World world, Rule.Found found) {
        world.all("autoscaling.k8s.io", "VerticalPodAutoscaler").forEach(vertical -> {
            Value target = vertical.at("spec.targetRef");
            String mode = vertical.at("spec.updatePolicy.updateMode").textOr("Auto");
            if (mode.equals("Off")) {
                return;
            }
            for (Autoscaler autoscaler : world.autoscalers()) {
                boolean same = autoscaler.manifest().namespace().equals(vertical.namespace())
                        && autoscaler.targetKind().equals(target.field("kind").text())
                        && autoscaler
                                .manifest()
                                .at("spec.scaleTargetRef.name")
                                .text()
                                .equals(target.field("name").text());
                List<String> both = same
                        ? MetricRules.followed(autoscaler).stream()
                                .filter(each -> controls(vertical, each))
                                .distinct()
                                .toList()
                        : List.of();
                if (!both.isEmpty()) {
                    found.at(
                            vertical,
                            target,
                            "%s follows %s; updateMode %s changes the requests of the same"
                                    .formatted(autoscaler.manifest().text(), String.join(", ", both), mode),
                            "controlledResources without %s, or updateMode: \"Off\"".formatted(both.get(0)));
                }
            }
        });
    }

    private static boolean controls(Manifest vertical, String resource) {
        List<Value> policies =
                vertical.at("spec.resourcePolicy.containerPolicies").items();
        return policies.isEmpty()
                || policies.stream().anyMatch(each -> {
                    List<Value> controlled = each.field("controlledResources").items();
                    boolean on = !each.field("mode").text().equals("Off");
                    return on
                            && (controlled.isEmpty()
                                    || controlled.stream()
                                            .anyMatch(one -> one.text().equals(resource)));
                });
    }
}
