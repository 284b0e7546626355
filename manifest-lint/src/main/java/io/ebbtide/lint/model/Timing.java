package io.ebbtide.lint.model;

import io.ebbtide.Settings;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.GraceBudget.Shares;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckReadiness;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.internal.Durations;
import io.ebbtide.lint.read.Value;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a workload's time from deletion to the kill is divided, by the process's own arithmetic. Immutable.
 *
 * @param container the checked container: one that runs Ebbtide, else the one that serves; may be absent
 * @param grace {@code terminationGracePeriodSeconds}
 * @param preStop the preStop hook of the container that serves, which receives its signal after it; null if there is one whose
 *     duration is unknown
 * @param minPreStop the same, or its known part: a hook that sleeps first and then does more takes at least that long
 * @param longestPreStop the longest hook of any container, as far as known: the pod is not gone before
 * @param settings the settings that the process reads from its environment; null if nothing shows that it is Ebbtide, or they are wrong
 * @param budget the shares of its time; null if there are no settings, or they do not fit
 * @param problem why settings or budget are wrong; null if they are not
 * @param lameDuck how long it continues to serve after the signal; null if unknown
 * @param drain how long work in flight may take after that; null if unknown
 * @param stop how long it takes to stop; null if unknown
 * @param hidden the variables of the process that divide its time and are set to values that the input does not contain; values
 *     derived from them are null
 */
public record Timing(
        Value container,
        Sourced<Duration> grace,
        @Nullable Sourced<Duration> preStop,
        Sourced<Duration> minPreStop,
        Sourced<Duration> longestPreStop,
        @Nullable Settings settings,
        @Nullable GraceBudget budget,
        @Nullable String problem,
        @Nullable Sourced<Duration> lameDuck,
        @Nullable Sourced<Duration> drain,
        @Nullable Sourced<Duration> stop,
        Set<String> hidden) {
    private static final Set<String> SHARES = Set.of(
            "EBBTIDE_GRACE",
            "EBBTIDE_PRE_STOP",
            "EBBTIDE_LAME_DUCK",
            "EBBTIDE_DRAIN",
            "EBBTIDE_STOP",
            "EBBTIDE_MARGIN");
    private static final String POLICY = "EBBTIDE_LAME_DUCK_POLICY";
    /** A hook that only sleeps, directly or in a shell; the duration of any other hook is unknown. */
    private static final Pattern SLEEP = Pattern.compile(
            "((/usr)?(/bin/)?(sh|bash|ash|dash) -[a-z]*c )?((/usr)?/bin/)?sleep (\\d+(?:\\.\\d+)?)(s|m|h)?(?=\\s|;|&|$)(.*)",
            Pattern.DOTALL);
    /** Commands that may follow a sleep without making the hook longer. */
    private static final Pattern NOTHING = Pattern.compile("\\s*;?\\s*(exit( 0)?|true|:)?\\s*;?\\s*");

    static List<Timing> allOf(Workload workload) {
        List<Value> ebbtides = workload.ebbtides();
        return ebbtides.isEmpty()
                ? List.of(of(workload, Optional.empty()))
                : ebbtides.stream().map(each -> of(workload, Optional.of(each))).toList();
    }

    private static Timing of(Workload workload, Optional<Value> ebbtide) {
        Value container = ebbtide.orElseGet(workload::serving);
        Value period = workload.podSpec().field("terminationGracePeriodSeconds");
        Sourced<Duration> grace = period.exists()
                ? Sourced.of(Duration.ofSeconds(period.integerOr(30)), "terminationGracePeriodSeconds")
                : Sourced.of(Duration.ofSeconds(30), "terminationGracePeriodSeconds, Kubernetes' default");
        Settings settings = null;
        GraceBudget budget = null;
        String problem = null;
        Set<String> hidden = Set.of();
        if (ebbtide.isPresent()) {
            Environment environment = workload.environmentOf(ebbtide.get());
            hidden = Stream.concat(SHARES.stream(), Stream.of(POLICY))
                    .filter(environment::hides)
                    .collect(Collectors.toUnmodifiableSet());
            try {
                settings = Settings.derived().withEnvironment(environment.values());
                if (Collections.disjoint(hidden, SHARES)) {
                    budget = asPlanned(settings).budget(Orchestrator.KUBERNETES);
                }
            } catch (IllegalArgumentException e) {
                problem = e.getMessage();
            } catch (ArithmeticException e) {
                problem = "EBBTIDE_*: the sum of the shares is longer than a number can hold";
                settings = null;
            }
        }
        Shares given = settings == null || problem != null ? Shares.DERIVED : settings.shares();
        boolean never = settings != null && settings.lameDuckRules().policy() == LameDuckPolicy.NONE;
        return new Timing(
                container,
                grace,
                preStop(container),
                minPreStop(container),
                longestPreStop(workload),
                settings,
                budget,
                problem,
                never
                        ? Sourced.of(Duration.ZERO, "EBBTIDE_LAME_DUCK_POLICY none")
                        : share(
                                workload,
                                "lame-duck",
                                budget == null || hidden.contains(POLICY) ? null : budget.lameDuck(),
                                hidden.contains(POLICY) ? null : given.lameDuck()),
                share(workload, "drain", budget == null ? null : budget.drain(), given.drain()),
                share(workload, "stop", budget == null ? null : budget.stop(), given.stop()),
                hidden);
    }

    /** As the process computes it: with the policy none the drain gets the lame duck's share. */
    private static Settings asPlanned(Settings settings) {
        return settings.lameDuckRules().policy() == LameDuckPolicy.NONE
                ? settings.withLameDuck(Duration.ZERO)
                : settings;
    }

    /** A share as declared, else as in the budget, else, without a budget, as set. */
    private static @Nullable Sourced<Duration> share(
            Workload workload, String name, @Nullable Duration budgeted, @Nullable Duration given) {
        Optional<Sourced<Duration>> declared = DeclaredNumbers.duration(workload, name);
        if (declared.isPresent()) {
            return declared.get();
        }
        Duration planned = budgeted == null ? given : budgeted;
        if (planned == null) {
            return null;
        }
        String variable = "EBBTIDE_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
        return Sourced.of(planned, given != null ? variable : "derived by Ebbtide, as " + variable + " is not set");
    }

    private static @Nullable Sourced<Duration> preStop(Value container) {
        Value hook = container.at("lifecycle.preStop");
        if (!hook.exists()) {
            return Sourced.of(Duration.ZERO, "no preStop");
        }
        Slept slept = slept(hook);
        return slept == null || !slept.exactly()
                ? null
                : Sourced.of(
                        slept.time(),
                        "preStop of container " + container.field("name").text());
    }

    private static Sourced<Duration> minPreStop(Value container) {
        Slept slept = slept(container.at("lifecycle.preStop"));
        return slept == null
                ? Sourced.of(Duration.ZERO, "no preStop, or one of unknown length")
                : Sourced.of(
                        slept.time(),
                        "preStop of container %s%s"
                                .formatted(container.field("name").text(), slept.exactly() ? "" : ", at least"));
    }

    /** Hooks of several containers, native sidecars too, run side by side. */
    private static Sourced<Duration> longestPreStop(Workload workload) {
        Sourced<Duration> longest = Sourced.of(Duration.ZERO, "no preStop");
        for (Value container : workload.lasting()) {
            Sourced<Duration> each = minPreStop(container);
            if (each.value().compareTo(longest.value()) > 0) {
                longest = each;
            }
        }
        return longest;
    }

    /** How long a hook sleeps, and whether that is all that it does. */
    private record Slept(Duration time, boolean exactly) {}

    private static @Nullable Slept slept(Value hook) {
        Value seconds = hook.at("sleep.seconds");
        if (seconds.exists()) {
            return seconds.integer().isPresent()
                    ? new Slept(Duration.ofSeconds(Math.max(0, seconds.integerOr(0))), true)
                    : null;
        }
        Matcher matcher = SLEEP.matcher(hook.at("exec.command").joined());
        if (!matcher.matches()) {
            return null;
        }
        String after = matcher.group(9);
        boolean shell = matcher.group(1) != null;
        if (shell && after.strip().startsWith("&") && !after.strip().startsWith("&&")) {
            return null; // in the background: the hook does not wait for it
        }
        String unit = matcher.group(8) == null ? "s" : matcher.group(8);
        double amount = Double.parseDouble(matcher.group(7)) * (unit.equals("h") ? 3_600 : unit.equals("m") ? 60 : 1);
        return amount > 604_800
                ? null
                : new Slept(
                        Duration.ofMillis(Math.round(amount * 1000)),
                        NOTHING.matcher(after).matches());
    }

    /** How long the pod continues to serve after its deletion; null if a part of that is unknown. */
    public @Nullable Duration waits() {
        boolean unknown = lameDuck == null && settings != null;
        if (preStop == null || problem != null || unknown) {
            return null;
        }
        return lameDuck == null ? preStop.value() : preStop.value().plus(lameDuck.value());
    }

    /** The time that the pod may take to end: the grace, or its known need if that is longer, although it is killed at the grace. */
    public Sourced<Duration> timeToEnd() {
        Duration needed = Duration.ZERO;
        for (@Nullable Sourced<Duration> each : Arrays.asList(preStop, lameDuck, drain, stop)) {
            needed = each == null ? needed : needed.plus(each.value());
        }
        if (longestPreStop.value().compareTo(Durations.max(needed, grace.value())) > 0) {
            return Sourced.of(longestPreStop.value(), longestPreStop.from() + ", more than " + grace.from());
        }
        return needed.compareTo(grace.value()) > 0
                ? Sourced.of(needed, "preStop + lameDuck + drain + stop, more than " + grace.from())
                : grace;
    }

    /** Whether this variable of the process is set to a value that the input does not contain. */
    public boolean hides(String variable) {
        return hidden.contains(variable);
    }

    /** The addition behind {@link #waits()}, as text. */
    public String waitsText() {
        String before = preStop == null ? "preStop of unknown length" : "preStop " + text(preStop);
        return before + " + lameDuck " + (lameDuck == null ? "0 s (none is declared)" : text(lameDuck));
    }

    public boolean readinessStays() {
        return settings != null && settings.lameDuckRules().readiness() == LameDuckReadiness.STAY;
    }

    /** A duration with its source: {@code 30 s (EBBTIDE_DRAIN)}. */
    public static String text(Sourced<Duration> duration) {
        return (duration.value().isZero() ? "0 s" : Durations.text(duration.value())) + " (" + duration.from() + ")";
    }
}
