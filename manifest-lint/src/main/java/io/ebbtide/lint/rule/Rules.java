package io.ebbtide.lint.rule;

import io.ebbtide.lint.model.DeclaredNumbers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All rules, by topic. */
public final class Rules {
    private static final Map<String, List<Rule>> TOPICS = topics();
    private static final Map<String, Rule> BY_ID =
            all().stream().collect(Collectors.toMap(Rule::id, Function.identity()));

    private Rules() {}

    private static Map<String, List<Rule>> topics() {
        var topics = new LinkedHashMap<String, List<Rule>>();
        topics.put("Reading", StrictRules.all());
        topics.put("Termination", joined(List.of(TerminationRules.all(), ProcessRules.all())));
        topics.put("Probes", ProbeRules.all());
        topics.put("Services and monitors", ServiceRules.all());
        topics.put("Load balancers", joined(List.of(BalancerHealthRules.all(), BalancerRules.all())));
        topics.put("Ingress and gateways", joined(List.of(IngressRules.all(), NginxRules.all())));
        topics.put("Autoscalers", joined(List.of(AutoscalerRules.all(), ScaleDownRules.all(), MetricRules.all())));
        topics.put("Rollouts, budgets, databases", joined(List.of(BudgetRules.all(), RolloutRules.all())));
        topics.put("Alerts", AlertRules.all());
        return topics;
    }

    private static List<Rule> joined(List<List<Rule>> themes) {
        return themes.stream().flatMap(List::stream).toList();
    }

    public static List<Rule> all() {
        return TOPICS.values().stream().flatMap(List::stream).toList();
    }

    public static Optional<Rule> find(String id) {
        return Optional.ofNullable(BY_ID.get(id.toLowerCase(Locale.ROOT)));
    }

    /** The explanation of one rule, for a terminal. */
    public static String explained(Rule rule) {
        return """
                %s (%s)
                  %s

                  why      %s
                  expected %s
                  fix      %s
                  ignore   metadata.annotations: {%s%s: "reason"}
                  docs     %s
                """.formatted(
                        rule.id(),
                        rule.severity().text(),
                        rule.what(),
                        rule.why(),
                        rule.numbers(),
                        rule.fix(),
                        DeclaredNumbers.IGNORE,
                        rule.id(),
                        rule.link());
    }

    /** The page of the documentation that lists all rules. */
    static String markdown() {
        return TOPICS.entrySet().stream()
                .flatMap(topic -> Stream.concat(
                        Stream.of("## " + topic.getKey() + "\n"),
                        topic.getValue().stream().map(Rules::markdown)))
                .collect(Collectors.joining("\n"));
    }

    private static String markdown(Rule rule) {
        return """
                ### %s

                *%s.* %s

                - **Why:** %s
                - **Expected:** %s
                - **Fix:** %s
                """.formatted(
                        rule.id(),
                        Character.toUpperCase(rule.severity().text().charAt(0))
                                + rule.severity().text().substring(1),
                        escaped(rule.what()),
                        escaped(rule.why()),
                        escaped(rule.numbers()),
                        escaped(rule.fix()));
    }

    private static String escaped(String text) {
        return text.replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("*", "\\*")
                .replace("_", "\\_");
    }
}
