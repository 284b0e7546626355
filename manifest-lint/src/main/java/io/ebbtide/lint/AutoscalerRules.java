package io.ebbtide.lint;

import java.util.List;

/** Rules about who scales what, and between which bounds. */
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
                        "Two autoscalers set the replicas of one workload.",
                        "Each undoes what the other has done, every 15 s. KEDA makes an HPA of its own.",
                        "one autoscaler for each workload",
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
                        "An autoscaler's target is not in the input.",
                        "If it is not defined elsewhere, nothing is scaled. Rules that need both say nothing.",
                        "scaleTargetRef names a workload of the input",
                        "Correct kind, name or namespace, or give the workload to the linter, too.",
                        AutoscalerRules::withoutTarget));
    }

    private static void replicas(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Value replicas = workload.manifest().at("spec.replicas");
            List<Autoscaler> autoscalers = world.autoscalersOf(workload);
            if (replicas.exists() && !autoscalers.isEmpty()) {
                Autoscaler first = autoscalers.get(0);
                found.at(
                        workload.manifest(),
                        replicas,
                        "replicas: %s; %s sets %d to %d"
                                .formatted(replicas.text(), first.manifest().text(), first.min(), first.max()),
                        "take replicas: %s out".formatted(replicas.text()));
            }
        }
    }

    private static void two(World world, Rule.Found found) {
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
            boolean known = world.find(
                            group(target),
                            target.field("kind").textOr("Deployment"),
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
                                        target.field("kind").textOr("Deployment"),
                                        target.field("name").text(),
                                        near,
                                        manifest.namespace()),
                        "correct the target, or lint the workload along with it");
            }
        }
    }

    private static String group(Value target) {
        String apiVersion = target.field("apiVersion").textOr("apps/v1");
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }
}
