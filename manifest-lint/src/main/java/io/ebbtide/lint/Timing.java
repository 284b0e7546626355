package io.ebbtide.lint;

import io.ebbtide.Settings;
import io.ebbtide.internal.Durations;
import io.ebbtide.lifecycle.GraceBudget;
import io.ebbtide.lifecycle.LameDuckPolicy;
import io.ebbtide.lifecycle.LameDuckReadiness;
import io.ebbtide.lifecycle.Orchestrator;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a workload's time from deletion to the kill is shared out, by the process's own arithmetic. Immutable.
 *
 * @param grace {@code terminationGracePeriodSeconds}
 * @param preStop the longest preStop hook; null if one is there whose duration cannot be told
 * @param settings what the process makes of its environment; null if nothing shows that it is Ebbtide, or it is wrong
 * @param budget its shares; null if there are no settings, or they do not fit
 * @param problem why settings or budget are wrong; null if they are not
 * @param lameDuck how long it goes on serving after the signal; null if nothing tells
 * @param drain how long work in flight may take after that; null if nothing tells
 * @param stop how long it takes to stop; null if nothing tells
 */
record Timing(
        Sourced<Duration> grace,
        @Nullable Sourced<Duration> preStop,
        @Nullable Settings settings,
        @Nullable GraceBudget budget,
        @Nullable String problem,
        @Nullable Sourced<Duration> lameDuck,
        @Nullable Sourced<Duration> drain,
        @Nullable Sourced<Duration> stop) {
    /** A hook that sleeps and does nothing else, bare or in a shell; whatever does more takes nobody knows how long. */
    private static final Pattern SLEEP = Pattern.compile(
            "((/usr)?(/bin/)?(sh|bash|ash|dash) -e?c )?((/usr)?/bin/)?sleep (\\d+(?:\\.\\d+)?)(s|m)?\\s*");

    static Timing of(Workload workload) {
        Value period = workload.podSpec().field("terminationGracePeriodSeconds");
        Sourced<Duration> grace = period.exists()
                ? Sourced.of(Duration.ofSeconds(period.integerOr(30)), "terminationGracePeriodSeconds")
                : Sourced.of(Duration.ofSeconds(30), "terminationGracePeriodSeconds, Kubernetes' default");
        Sourced<Duration> preStop = preStop(workload);
        Optional<Value> ebbtide = workload.ebbtide();
        Settings settings = null;
        GraceBudget budget = null;
        String problem = null;
        if (ebbtide.isPresent()) {
            try {
                settings = Settings.derived().withEnvironment(workload.environment(ebbtide.get()));
                budget = settings.budget(Orchestrator.KUBERNETES);
            } catch (IllegalArgumentException e) {
                problem = e.getMessage();
            } catch (ArithmeticException e) {
                problem = "EBBTIDE_*: the sum of the shares is longer than a number can hold";
                settings = null;
            }
        }
        return new Timing(
                grace,
                preStop,
                settings,
                budget,
                problem,
                lameDuck(workload, settings, budget),
                share(
                        workload,
                        "drain",
                        budget == null ? null : budget.drain(),
                        settings != null && settings.shares().drain() != null),
                share(
                        workload,
                        "stop",
                        budget == null ? null : budget.stop(),
                        settings != null && settings.shares().stop() != null));
    }

    private static @Nullable Sourced<Duration> lameDuck(
            Workload workload, @Nullable Settings settings, @Nullable GraceBudget budget) {
        if (settings != null && settings.lameDuckRules().policy() == LameDuckPolicy.NONE) {
            return Sourced.of(Duration.ZERO, "EBBTIDE_LAME_DUCK_POLICY none");
        }
        return share(
                workload,
                "lame-duck",
                budget == null ? null : budget.lameDuck(),
                settings != null && settings.shares().lameDuck() != null);
    }

    private static @Nullable Sourced<Duration> share(
            Workload workload, String name, @Nullable Duration planned, boolean given) {
        Optional<Sourced<Duration>> declared = DeclaredNumbers.duration(workload, name);
        if (declared.isPresent()) {
            return declared.get();
        }
        if (planned == null) {
            return null;
        }
        String variable = "EBBTIDE_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
        return Sourced.of(planned, given ? variable : "derived by Ebbtide, as " + variable + " is not set");
    }

    /** The longest of the containers' preStop hooks, which run side by side. */
    private static @Nullable Sourced<Duration> preStop(Workload workload) {
        Sourced<Duration> longest = Sourced.of(Duration.ZERO, "no preStop");
        for (Value container : workload.containers()) {
            Value hook = container.at("lifecycle.preStop");
            if (hook.exists()) {
                Duration takes = takes(hook);
                if (takes == null) {
                    return null;
                }
                if (takes.compareTo(longest.value()) > 0) {
                    longest = Sourced.of(
                            takes,
                            "preStop of container " + container.field("name").text());
                }
            }
        }
        return longest;
    }

    private static @Nullable Duration takes(Value hook) {
        Value seconds = hook.at("sleep.seconds");
        if (seconds.exists()) {
            return seconds.integer().isPresent() ? Duration.ofSeconds(seconds.integerOr(0)) : null;
        }
        Matcher matcher = SLEEP.matcher(hook.at("exec.command").joined());
        if (!matcher.matches()) {
            return null;
        }
        double amount = Double.parseDouble(matcher.group(7)) * ("m".equals(matcher.group(8)) ? 60 : 1);
        return amount > 604_800 ? null : Duration.ofMillis(Math.round(amount * 1000));
    }

    /** How long the pod goes on serving after its deletion; null if something in it cannot be told. */
    @Nullable
    Duration waits() {
        if (preStop == null || problem != null) {
            return null;
        }
        return lameDuck == null ? preStop.value() : preStop.value().plus(lameDuck.value());
    }

    /** How long the pod may take to be gone: the grace, or what is known to need longer. */
    Sourced<Duration> leaves() {
        Duration needed = Duration.ZERO;
        for (@Nullable Sourced<Duration> each : Arrays.asList(preStop, lameDuck, drain, stop)) {
            needed = each == null ? needed : needed.plus(each.value());
        }
        return needed.compareTo(grace.value()) > 0
                ? Sourced.of(needed, "preStop + lameDuck + drain + stop, more than " + grace.from())
                : grace;
    }

    /** The addition behind {@link #waits()}. */
    String waitsText() {
        String before = preStop == null ? "preStop of unknown length" : "preStop " + text(preStop);
        return before + " + lameDuck "
                + (lameDuck == null ? "0 s (nothing in the manifest tells of one)" : text(lameDuck));
    }

    boolean readinessStays() {
        return settings != null && settings.lameDuckRules().readiness() == LameDuckReadiness.STAY;
    }

    /** A duration with where it is from: {@code 30 s (EBBTIDE_DRAIN)}. */
    static String text(Sourced<Duration> duration) {
        return (duration.value().isZero() ? "0 s" : Durations.text(duration.value())) + " (" + duration.from() + ")";
    }
}
