package io.ebbtide.autoscale;

import java.util.List;

/**
 * {@code spec.behavior} with its defaults filled in. Immutable.
 *
 * @param up the rules for scaling up
 * @param down the rules for scaling down
 */
record Behavior(ScalingRules up, ScalingRules down) {
    /** All defaults: a section that sets nothing. */
    static final Behavior DEFAULT = new Behavior(ScalingRules.UP, ScalingRules.DOWN);

    private static final ScalingRules UP_MODERATE = new ScalingRules(
            0, SelectPolicy.MAX, List.of(ScalingPolicy.percent(100, 30), ScalingPolicy.pods(2, 30)), null);

    /** Slower than the templates' for scaling up; its second policy for scaling down never decides. */
    static final Behavior MODERATE = new Behavior(
            UP_MODERATE,
            new ScalingRules(
                    300, SelectPolicy.MAX, List.of(ScalingPolicy.percent(50, 60), ScalingPolicy.pods(1, 60)), null));

    /** The section of the deployment templates. */
    static final Behavior TEMPLATES = new Behavior(
            new ScalingRules(
                    0, SelectPolicy.MAX, List.of(ScalingPolicy.percent(100, 15), ScalingPolicy.pods(4, 15)), null),
            new ScalingRules(300, SelectPolicy.MAX, List.of(ScalingPolicy.percent(50, 60)), null));

    String text() {
        return "up " + up.text() + "; down " + down.text();
    }
}
