package io.ebbtide.lint.rule;

import io.ebbtide.Settings;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.ShellScript;
import io.ebbtide.lint.model.Timing;
import io.ebbtide.lint.model.Workload;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules about the process that receives SIGTERM: its settings, and whether the signal reaches it. */
final class ProcessRules {
    private static final Pattern REDUCED = Pattern.compile("(?<!\\S)(-Xrs|-XX:\\+ReduceSignalUsage)(?!\\S)");
    /** No process can handle the first two, and none handles the others for an orderly shutdown. */
    private static final Set<String> KILLING =
            Set.of("SIGKILL", "SIGSTOP", "SIGABRT", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL");

    private static final Set<String> HEARD = Set.of("SIGTERM", "SIGINT", "SIGHUP");

    private ProcessRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "settings-invalid",
                        Severity.ERROR,
                        "A setting of the process has a value that the process refuses.",
                        "The service does not start.",
                        "a value that the process accepts; the finding contains the message that the process itself writes at its start",
                        "Write a value of the expected form; durations need a unit.",
                        ProcessRules::settingsInvalid),
                new Rule(
                        "unknown-setting",
                        Severity.WARNING,
                        "A variable begins with EBBTIDE_ but is not a setting of Ebbtide.",
                        "The variable has no effect; the process logs it at its start. Kubernetes itself adds such variables for a "
                                + "Service that is called ebbtide, but not to a manifest.",
                        "one of the names in docs/reference/settings.md",
                        "Correct the spelling.",
                        ProcessRules::unknownSetting),
                new Rule(
                        "setting-twice",
                        Severity.WARNING,
                        "A setting of Ebbtide is set twice in one container.",
                        "The last value takes effect, and at the next change kubectl apply may drop the wrong one of the two.",
                        "each EBBTIDE_ variable once in a container's env",
                        "Remove one of the two entries.",
                        ProcessRules::setTwice),
                new Rule(
                        "shell-entry-point",
                        Severity.WARNING,
                        "A shell is process 1 and does not forward SIGTERM.",
                        "The service does not receive SIGTERM, is killed at the end of the grace with exit code 137, and loses the "
                                + "work in flight. Some shells replace themselves by their last command, others do not.",
                        "the command begins with a program, or the last command of the shell begins with exec, or the shell traps "
                                + "TERM",
                        "Write exec before the program that serves, or start the program without a shell.",
                        ProcessRules::shell),
                new Rule(
                        "reduced-signals",
                        Severity.ERROR,
                        "-Xrs prevents the JVM from handling SIGTERM.",
                        "No signal handler and no shutdown hook runs. As process 1 the JVM ignores SIGTERM completely and is "
                                + "killed at the end of the grace.",
                        "neither -Xrs nor -XX:+ReduceSignalUsage, its other name, in the command or in the JVM's option variables",
                        "Remove the option.",
                        ProcessRules::reducedSignals),
                new Rule(
                        "stop-signal-unheard",
                        Severity.WARNING,
                        "The container is stopped by a signal that its process does not handle.",
                        "SIGKILL and similar signals end a process at once: no handler runs and nothing drains. A JVM runs its "
                                + "shutdown hooks on SIGTERM, SIGINT and SIGHUP only; Ebbtide handles the first two.",
                        "lifecycle.stopSignal (Kubernetes 1.33) is not set, or is one that the process handles",
                        "Remove stopSignal: SIGTERM is the default.",
                        ProcessRules::stopSignal));
    }

    private static void settingsInvalid(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Timing timing : world.timingsOf(workload)) {
                if (timing.settings() == null && timing.problem() != null) {
                    String variable = timing.problem().split("=", 2)[0];
                    found.at(
                            workload.manifest(),
                            Workload.placeOf(timing.container(), variable),
                            timing.problem(),
                            "write what is expected");
                }
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
                            name + " is not a setting of Ebbtide",
                            "correct the name (see docs/reference/settings.md), or remove it");
                }
            }
        }
    }

    private static void setTwice(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Value container : workload.containers()) {
                var first = new HashMap<String, Value>();
                for (Value each : container.field("env").items()) {
                    String name = each.field("name").text();
                    Value before = name.startsWith("EBBTIDE_") ? first.putIfAbsent(name, each) : null;
                    if (before != null) {
                        found.at(
                                workload.manifest(),
                                each.field("name"),
                                "%s on line %d and on line %d".formatted(name, before.line(), each.line()),
                                "remove one of the two");
                    }
                }
            }
        }
    }

    private static void stopSignal(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Value container : workload.lasting()) {
                Value signal = container.at("lifecycle.stopSignal");
                boolean deadly = KILLING.contains(signal.text());
                boolean unheard = workload.java(container).isPresent() && !HEARD.contains(signal.text());
                if (signal.exists() && (deadly || unheard)) {
                    found.at(
                            workload.manifest(),
                            signal,
                            "stopSignal %s of container %s"
                                    .formatted(
                                            signal.text(),
                                            container.field("name").text()),
                            "remove stopSignal");
                }
            }
        }
    }

    private static void shell(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Value container : workload.lasting()) {
                ShellScript.of(container)
                        .filter(ShellScript::keepsSignals)
                        .ifPresent(script -> shell(workload, container.field("command"), script, found));
            }
        }
    }

    /** Where nothing is in flight, it is a note: the pod ends late. */
    private static void shell(Workload workload, Value command, ShellScript script, Rule.Found found) {
        String numbers = "%s runs '%s'".formatted(command.items().get(0).text(), script.lastCommand());
        if (script.isIdle() || workload.isJob()) {
            found.note(workload.manifest(), command, numbers, script.fix());
        } else {
            found.at(workload.manifest(), command, numbers, script.fix());
        }
    }

    private static void reducedSignals(World world, Rule.Found found) {
        for (Workload workload : world.workloads()) {
            for (Value container : workload.lasting()) {
                Matcher command = REDUCED.matcher(Workload.commandLine(container));
                if (command.find()) {
                    found.at(
                            workload.manifest(),
                            container.field("command").exists() ? container.field("command") : container.field("args"),
                            command.group(1) + " in the command",
                            "remove %s".formatted(command.group(1)));
                }
                workload.environment(container).forEach((name, value) -> {
                    Matcher options = REDUCED.matcher(value);
                    if (Workload.isJavaOptions(name) && options.find()) {
                        found.at(
                                workload.manifest(),
                                Workload.placeOf(container, name),
                                options.group(1) + " in " + name,
                                "remove %s".formatted(options.group(1)));
                    }
                });
            }
        }
    }
}
