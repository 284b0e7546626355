package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How fast an autoscaler may scale in one direction. Immutable.
 *
 * @param stabilizationSeconds 0 to 3600; null for the controller's own, which exists for scaling down only
 * @param select how the deciding policy is selected
 * @param policies at least one
 * @param tolerance null for the controller's own
 */
record ScalingRules(
        @Nullable Integer stabilizationSeconds,
        SelectPolicy select,
        List<ScalingPolicy> policies,
        @Nullable Double tolerance) {
    /** The defaults of {@code behavior.scaleUp}. */
    static final ScalingRules UP = new ScalingRules(
            0, SelectPolicy.MAX, List.of(ScalingPolicy.pods(4, 15), ScalingPolicy.percent(100, 15)), null);
    /** The defaults of {@code behavior.scaleDown}. */
    static final ScalingRules DOWN =
            new ScalingRules(null, SelectPolicy.MAX, List.of(ScalingPolicy.percent(100, 15)), null);

    ScalingRules {
        policies = Expect.list(policies, "policies");
        if (stabilizationSeconds != null) {
            Expect.between(0, 3600, stabilizationSeconds, "stabilizationWindowSeconds");
        }
    }

    int longestPeriodSeconds() {
        return policies.stream().mapToInt(ScalingPolicy::periodSeconds).max().orElse(0);
    }

    String text() {
        boolean waits = stabilizationSeconds != null && stabilizationSeconds > 0;
        String window = waits ? "after " + stabilizationSeconds + " s, " : "";
        return switch (select) {
            case DISABLED -> "never";
            case MAX, MIN ->
                window
                        + policies.stream()
                                .map(ScalingPolicy::text)
                                .collect(Collectors.joining(select == SelectPolicy.MAX ? " or " : " and at most "));
        };
    }
}
