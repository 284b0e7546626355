package io.ebbtide.lint;

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
                        "A workload that an autoscaler scales has replicas of its own.",
                        "Each kubectl apply sets the number back: at the peak of the day nine of ten pods are told to go at once.",
                        "no spec.replicas where an autoscaler targets the workload",
                        "Take spec.replicas out.",
                        AutoscalerRules::replicas),
                new Rule(
                        "two-autoscalers",
                        Severity.ERROR,
                        "Two autoscalers work against each other at one workload.",
                        "Two that set the replicas undo what the other has done, every 15 s; KEDA makes an HPA of its own. A "
                                + "VerticalPodAutoscaler that changes the requests changes the utilisation that an HPA follows.",
                        "one autoscaler of replicas for each workload, and none of requests for a resource that it follows",
                        "Put all metrics into one of them.",
                        AutoscalerRules::two),
                new Rule(
                        "autoscaler-bounds",
                        Severity.ERROR,
                        "An autoscaler's least is more than its most.",
                        "The API server refuses it.",
                        "minReplicas <= maxReplicas",
                        "Correct one of the two.",
                        AutoscalerRules::bounds),
                new Rule(
                        "autoscaler-without-target",
                        Severity.NOTE,
                        "An autoscaler's target is not in the input, or cannot be scaled.",
                        "If it is not defined elsewhere, nothing is scaled. Rules that need both say nothing. A DaemonSet has no scale, "
                                + "and a group that is gone, or none at all, has no Deployment.",
                        "scaleTargetRef names a workload of the input, by a group that serves its kind",
                        "Correct kind, name or namespace, or give the workload to the linter, too.",
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
                        "take replicas: %s out".formatted(replicas.text()));
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
            String least = autoscaler.least();
            String most = autoscaler.most();
            boolean told = autoscaler.isKeda()
                    || autoscaler.manifest().at("spec." + most).exists();
            if (told && autoscaler.min() > autoscaler.max()) {
                found.at(
                        autoscaler.manifest(),
                        autoscaler.manifest().at("spec." + most),
                        "%s %d > %s %d".formatted(least, autoscaler.min(), most, autoscaler.max()),
                        "%s: %d, or fewer at least".formatted(most, autoscaler.min()));
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
                        "apiVersion: apps/v1 and kind: Deployment or StatefulSet, or take the autoscaler out");
                continue;
            }
            boolean known = world.find(
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
                        "correct the target, or lint the workload along with it");
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
