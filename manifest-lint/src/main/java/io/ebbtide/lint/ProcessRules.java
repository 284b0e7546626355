package io.ebbtide.lint;

import io.ebbtide.Settings;
import java.util.HashMap;
import java.util.List;

/** Rules about the process that is told to end: its settings, and whether SIGTERM comes to it. */
final class ProcessRules {
    private ProcessRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "settings-invalid",
                        Severity.ERROR,
                        "A setting of the process has a value that it refuses.",
                        "The service does not start.",
                        "what the process itself says when it starts",
                        "Write what is expected; durations need a unit.",
                        ProcessRules::settingsInvalid),
                new Rule(
                        "unknown-setting",
                        Severity.WARNING,
                        "A variable looks like a setting of Ebbtide and is none.",
                        "It has no effect; the process logs it at its start. Kubernetes adds such names itself for a Service called "
                                + "ebbtide, but not to a manifest.",
                        "the names in docs/reference/settings.md",
                        "Correct the spelling.",
                        ProcessRules::unknownSetting),
                new Rule(
                        "shell-entry-point",
                        Severity.WARNING,
                        "A shell is process 1 and does not hand SIGTERM on.",
                        "The process hears nothing of its end, is killed after the whole grace, exit code 137, and loses what is in "
                                + "flight. Some shells replace themselves by their last command, some do not.",
                        "the command begins with a program, or the shell's last command with exec, or the shell traps TERM",
                        "Write exec before the program that serves, or take the shell out.",
                        ProcessRules::shell),
                new Rule(
                        "reduced-signals",
                        Severity.ERROR,
                        "-Xrs keeps the JVM from handling SIGTERM.",
                        "No handler and no shutdown hook runs; as process 1 the JVM ignores the signal altogether and is killed "
                                + "after the whole grace.",
                        "no -Xrs in the command or in the JVM's option variables",
                        "Take -Xrs out.",
                        ProcessRules::reducedSignals));
    }

    private static void settingsInvalid(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            Timing timing = world.timing(workload);
            if (timing.settings() == null && timing.problem() != null) {
                Value container = workload.ebbtide().orElseThrow();
                String variable = timing.problem().split("=", 2)[0];
                found.at(
                        workload.manifest(),
                        Workload.placeOf(container, variable),
                        timing.problem(),
                        "write what is expected");
            }
        }
    }

    private static void unknownSetting(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Value container : workload.containers()) {
                for (String name : Settings.unknownVariables(workload.environment(container))) {
                    found.at(
                            workload.manifest(),
                            Workload.placeOf(container, name),
                            name + " means nothing to Ebbtide",
                            "correct it by docs/reference/settings.md, or take it out");
                }
            }
        }
    }

    private static void shell(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Value container : workload.containers()) {
                Value command = container.field("command");
                ShellScript.of(container)
                        .filter(ShellScript::keepsSignals)
                        .ifPresent(script -> found.at(
                                workload.manifest(),
                                command,
                                "%s runs '%s'".formatted(command.items().get(0).text(), script.lastCommand()),
                                script.fix()));
            }
        }
    }

    private static void reducedSignals(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Value container : workload.containers()) {
                if ((" " + Workload.commandLine(container) + " ").contains(" -Xrs ")) {
                    found.at(
                            workload.manifest(),
                            container.field("command").exists() ? container.field("command") : container.field("args"),
                            "-Xrs in the command",
                            "take -Xrs out");
                }
                var options = new HashMap<>(workload.environment(container));
                options.keySet().retainAll(Workload.JAVA_OPTIONS);
                options.forEach((name, value) -> {
                    if ((" " + value + " ").contains(" -Xrs ")) {
                        found.at(
                                workload.manifest(),
                                Workload.placeOf(container, name),
                                "-Xrs in " + name,
                                "take -Xrs out");
                    }
                });
            }
        }
    }
}
