package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A container's environment, as far as the input shows it. Immutable once created. */
final class Environment {
    /*
     * A variable is known, hidden or not set. Hidden means set to a value that the input does not contain: a field of the
     * pod, a Secret's value, a ConfigMap from another source. If a whole ConfigMap or Secret is missing, any unknown variable
     * may be in it. Treating hidden as not set would judge a process by defaults that it does not have.
     */
    private static final Pattern REFERENCE = Pattern.compile("\\$(?:\\$|\\(([^)]*)\\))");

    private final Inventory inventory;
    private final Manifest workload;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Set<String> hidden = new LinkedHashSet<>();
    private boolean open;

    private Environment(Inventory inventory, Manifest workload) {
        this.inventory = inventory;
        this.workload = workload;
    }

    static Environment of(Value container, Inventory inventory, Manifest workload) {
        var environment = new Environment(inventory, workload);
        container.field("envFrom").items().forEach(environment::addAll);
        container.field("env").items().forEach(environment::add);
        return environment;
    }

    /** The known values, by name. */
    Map<String, String> values() {
        return Collections.unmodifiableMap(values);
    }

    /** The names of all variables known to be set, whether to a known value or not. */
    Stream<String> names() {
        return Stream.concat(values.keySet().stream(), hidden.stream());
    }

    /** Whether this variable may be set to a value that the input does not contain. */
    boolean hides(String name) {
        return hidden.contains(name) || (open && !values.containsKey(name));
    }

    private void addAll(Value from) {
        String prefix = from.field("prefix").text();
        String map = from.at("configMapRef.name").text();
        String secret = from.at("secretRef.name").text();
        if (!map.isEmpty()) {
            Optional<Manifest> found = inventory.find(workload, "", "ConfigMap", workload.namespace(), map);
            open |= found.isEmpty();
            found.ifPresent(each -> each.at("data").strings().forEach((name, value) -> know(prefix + name, value)));
        }
        if (!secret.isEmpty()) {
            Optional<Manifest> found = inventory.find(workload, "", "Secret", workload.namespace(), secret);
            open |= found.isEmpty();
            found.stream()
                    .flatMap(each -> Stream.of(each.at("data"), each.at("stringData")))
                    .flatMap(each -> each.fields().stream())
                    .forEach(each -> hide(prefix + each.key()));
        }
    }

    private void add(Value variable) {
        String name = variable.field("name").text();
        Value ref = variable.at("valueFrom.configMapKeyRef");
        if (variable.field("value").exists()) {
            expanded(variable.field("value").text()).ifPresentOrElse(value -> know(name, value), () -> hide(name));
        } else if (ref.exists()) {
            Optional<Value> found = inventory
                    .find(
                            workload,
                            "",
                            "ConfigMap",
                            workload.namespace(),
                            ref.field("name").text())
                    .map(each -> each.at("data").field(ref.field("key").text()));
            if (found.isEmpty()) {
                hide(name);
            } else if (found.get().exists()) {
                know(name, found.get().text());
            }
        } else if (variable.field("valueFrom").exists()) {
            hide(name);
        } else {
            know(name, "");
        }
    }

    /** The text with {@code $(NAME)} replaced by a value set before it, as Kubernetes does; empty if that is hidden. */
    private Optional<String> expanded(String text) {
        Matcher matcher = REFERENCE.matcher(text);
        var expanded = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(1);
            if (name != null && hides(name)) {
                return Optional.empty();
            }
            String value = name == null ? "$" : values.getOrDefault(name, matcher.group());
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(value));
        }
        return Optional.of(matcher.appendTail(expanded).toString());
    }

    private void know(String name, String value) {
        hidden.remove(name);
        values.put(name, value);
    }

    private void hide(String name) {
        values.remove(name);
        hidden.add(name);
    }
}
