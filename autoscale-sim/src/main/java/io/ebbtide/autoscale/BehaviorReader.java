package io.ebbtide.autoscale;

import static io.ebbtide.autoscale.SpecFields.list;
import static io.ebbtide.autoscale.SpecFields.map;
import static io.ebbtide.autoscale.SpecFields.text;

import java.util.ArrayList;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads {@code behavior}, with Kubernetes' defaults. Immutable. */
record BehaviorReader(SpecFields fields) {
    /** Null if there is no such section. */
    @Nullable
    Behavior behavior(Map<String, Object> spec) {
        if (!(spec.get("behavior") instanceof Map<?, ?>)) {
            return null;
        }
        Map<String, Object> behavior = map(spec.get("behavior"));
        return new Behavior(
                rules(map(behavior.get("scaleUp")), ScalingRules.UP, "spec.behavior.scaleUp"),
                rules(map(behavior.get("scaleDown")), ScalingRules.DOWN, "spec.behavior.scaleDown"));
    }

    private ScalingRules rules(Map<String, Object> rules, ScalingRules usual, String path) {
        Integer window = rules.containsKey("stabilizationWindowSeconds")
                ? Integer.valueOf(fields.integer(rules, "stabilizationWindowSeconds", 0, 0, 3600))
                : usual.stabilizationSeconds();
        SelectPolicy select = switch (text(rules, "selectPolicy", "Max")) {
            case "Max" -> SelectPolicy.MAX;
            case "Min" -> SelectPolicy.MIN;
            case "Disabled" -> SelectPolicy.DISABLED;
            default -> throw fields.wrong(path + ".selectPolicy", rules.get("selectPolicy"), "Max, Min or Disabled");
        };
        if (SpecFields.isEmptyList(rules, "policies")) {
            throw fields.wrong(
                    path + ".policies",
                    "[]",
                    "at least one policy, or no such field for the default; Kubernetes refuses an empty list");
        }
        var policies = new ArrayList<ScalingPolicy>();
        int index = 0;
        for (Object each : list(rules, "policies")) {
            policies.add(policy(map(each), path + ".policies[" + index++ + "]"));
        }
        return new ScalingRules(
                window, select, policies.isEmpty() ? usual.policies() : policies, tolerance(rules, path));
    }

    private ScalingPolicy policy(Map<String, Object> policy, String path) {
        int value = fields.integer(policy, "value", 0, 1, Integer.MAX_VALUE);
        int period = fields.integer(policy, "periodSeconds", 0, 1, 1800);
        return switch (text(policy, "type", "")) {
            case "Pods" -> ScalingPolicy.pods(value, period);
            case "Percent" -> ScalingPolicy.percent(value, period);
            default -> throw fields.wrong(path + ".type", text(policy, "type", ""), "Pods or Percent");
        };
    }

    private @Nullable Double tolerance(Map<String, Object> rules, String path) {
        if (!rules.containsKey("tolerance")) {
            return null;
        }
        OptionalLong milli = Quantity.milli(text(rules, "tolerance", ""));
        if (milli.isEmpty() || milli.getAsLong() < 0) {
            throw fields.wrong(path + ".tolerance", text(rules, "tolerance", ""), "a quantity >= 0, such as 0.05");
        }
        return milli.getAsLong() / 1000.0;
    }
}
