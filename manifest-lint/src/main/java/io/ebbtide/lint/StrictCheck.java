package io.ebbtide.lint;

import io.ebbtide.lint.Value.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Holds a manifest against the schema of its kind. */
final class StrictCheck {
    private static final Pattern HAS_LETTER = Pattern.compile("[a-zA-Z]");
    private static final Pattern PERCENTAGE = Pattern.compile("\\d+%");
    /** Versions that are gone, the release that took them, and what to write instead. */
    private static final Map<String, Removed> REMOVED = Map.ofEntries(
            removed("extensions/v1beta1 Deployment", "1.16", "apps/v1"),
            removed("extensions/v1beta1 DaemonSet", "1.16", "apps/v1"),
            removed("extensions/v1beta1 ReplicaSet", "1.16", "apps/v1"),
            removed("extensions/v1beta1 NetworkPolicy", "1.16", "networking.k8s.io/v1"),
            removed("extensions/v1beta1 Ingress", "1.22", "networking.k8s.io/v1"),
            removed("apps/v1beta1 Deployment", "1.16", "apps/v1"),
            removed("apps/v1beta2 Deployment", "1.16", "apps/v1"),
            removed("apps/v1beta1 StatefulSet", "1.16", "apps/v1"),
            removed("apps/v1beta2 StatefulSet", "1.16", "apps/v1"),
            removed("apps/v1beta2 DaemonSet", "1.16", "apps/v1"),
            removed("networking.k8s.io/v1beta1 Ingress", "1.22", "networking.k8s.io/v1"),
            removed("networking.k8s.io/v1beta1 IngressClass", "1.22", "networking.k8s.io/v1"),
            removed("rbac.authorization.k8s.io/v1beta1 ClusterRole", "1.22", "rbac.authorization.k8s.io/v1"),
            removed("rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding", "1.22", "rbac.authorization.k8s.io/v1"),
            removed("apiextensions.k8s.io/v1beta1 CustomResourceDefinition", "1.22", "apiextensions.k8s.io/v1"),
            removed("policy/v1beta1 PodDisruptionBudget", "1.25", "policy/v1"),
            removed("policy/v1beta1 PodSecurityPolicy", "1.25", "Pod Security Admission"),
            removed("batch/v1beta1 CronJob", "1.25", "batch/v1"),
            removed("autoscaling/v2beta1 HorizontalPodAutoscaler", "1.25", "autoscaling/v2"),
            removed("autoscaling/v2beta2 HorizontalPodAutoscaler", "1.26", "autoscaling/v2"));

    private final Manifest manifest;
    private final List<Finding> findings = new ArrayList<>();
    private final Schema schema = Schema.kubernetes();

    private record Removed(String release, String instead) {}

    private StrictCheck(Manifest manifest) {
        this.manifest = manifest;
    }

    static List<Finding> of(Manifest manifest) {
        var check = new StrictCheck(manifest);
        manifest.duplicates().forEach(each -> check.findings.add(StrictRules.duplicateKey(manifest, each)));
        check.run();
        return check.findings;
    }

    private void run() {
        Value root = manifest.root();
        String kind = manifest.apiVersion() + " " + manifest.kind();
        String type = schema.typeOf(manifest.apiVersion(), manifest.kind());
        Removed gone = REMOVED.get(kind);
        if (type != null) {
            object(root, type);
        } else if (gone != null) {
            findings.add(StrictRules.REMOVED_API.finding(
                    manifest,
                    root.field("apiVersion"),
                    "%s %s was removed in Kubernetes %s"
                            .formatted(manifest.apiVersion(), manifest.kind(), gone.release()),
                    gone.instead().contains("/") ? "apiVersion: " + gone.instead() : gone.instead()));
        } else {
            findings.add(StrictRules.UNKNOWN_KIND.finding(
                    manifest,
                    root.field("kind"),
                    kind + " is none of Kubernetes' own kinds",
                    "nothing; kubectl apply --dry-run=server checks it"));
        }
    }

    private void object(Value object, String type) {
        Map<String, Schema.Field> fields = schema.fields(type);
        if (fields == null) {
            return;
        }
        if (!object.is(Kind.MAP)) {
            wrong(object, "a map");
            return;
        }
        for (Value each : object.fields()) {
            Schema.Field field = fields.get(each.key());
            if (field == null) {
                unknown(each, type, fields);
            } else {
                value(each, field.type());
            }
        }
        fields.forEach((name, field) -> {
            // The status is the server's to write; what a manifest has of it is a remnant that applying ignores.
            boolean asked = field.required() && !object.isWithin(manifest.at("status"));
            if (asked && !object.field(name).exists()) {
                findings.add(StrictRules.MISSING_FIELD.finding(
                        manifest, object.field(name), "%s requires %s".formatted(spoken(type), name), "write " + name));
            }
        });
    }

    private void value(Value value, String type) {
        if (value.is(Kind.NULL) || type.equals("any")) {
            return;
        }
        if (type.startsWith("[")) {
            if (value.is(Kind.LIST)) {
                value.items().forEach(item -> value(item, type.substring(1, type.length() - 1)));
            } else {
                wrong(value, "a list");
            }
        } else if (type.startsWith("{")) {
            if (value.is(Kind.MAP)) {
                value.fields().forEach(field -> value(field, type.substring(1, type.length() - 1)));
            } else {
                wrong(value, "a map");
            }
        } else {
            switch (type) {
                case "string" -> expect(value, "a string; quote it", Kind.STRING);
                case "int" -> integer(value);
                case "number" -> expect(value, "a number", Kind.INTEGER, Kind.NUMBER);
                case "bool" -> expect(value, "true or false", Kind.BOOLEAN);
                case "int-or-string" -> integerOrString(value);
                case "quantity" ->
                    expect(value, "a quantity such as 250m or 384Mi", Kind.INTEGER, Kind.NUMBER, Kind.STRING);
                default -> object(value, type);
            }
        }
    }

    private void integer(Value value) {
        boolean tooLarge = value.text().matches("[-+]?\\d+") && value.integer().isEmpty();
        if (value.is(Kind.INTEGER) && tooLarge) {
            wrong(value, "a whole number of 32 bits");
        } else {
            expect(value, "a whole number", Kind.INTEGER);
        }
    }

    /** A string is a port's name in some of these fields, a percentage in all others. */
    private void integerOrString(Value value) {
        boolean isPort = value.key().equals("port") || value.key().equals("targetPort");
        if (value.is(Kind.STRING) && isPort && !HAS_LETTER.matcher(value.text()).find()) {
            wrong(value, "a whole number without quotes, or a name with a letter in it");
        } else if (value.is(Kind.STRING)
                && !isPort
                && !PERCENTAGE.matcher(value.text()).matches()) {
            wrong(value, "a whole number without quotes, or a percentage such as \"25%\"");
        } else {
            expect(value, "a whole number or a string", Kind.INTEGER, Kind.STRING);
        }
    }

    private void expect(Value value, String expected, Kind... kinds) {
        if (!List.of(kinds).contains(value.kind())) {
            wrong(value, expected);
        }
    }

    private void wrong(Value value, String expected) {
        String is = value.is(Kind.MAP) || value.is(Kind.LIST)
                ? "a " + value.kind().name().toLowerCase(Locale.ROOT)
                : value.text() + ", which YAML reads as " + value.kind().name().toLowerCase(Locale.ROOT);
        findings.add(StrictRules.WRONG_TYPE.finding(
                manifest,
                value,
                "%s: %s (expected: %s)".formatted(value.key(), is, expected),
                expected.startsWith("a string")
                        ? "%s: \"%s\"".formatted(value.key(), value.text())
                        : "write " + expected));
    }

    private void unknown(Value field, String type, Map<String, Schema.Field> fields) {
        String near = nearest(field.key(), fields);
        findings.add(StrictRules.UNKNOWN_FIELD.finding(
                manifest,
                field,
                "%s has no field '%s'".formatted(spoken(type), field.key()),
                near == null ? "take it out, or put it where it belongs" : "is '%s' meant?".formatted(near)));
    }

    /** The type's name without its version: {@code V1PodSpec} is a PodSpec. */
    private static String spoken(String type) {
        return type.replaceFirst("^V\\d+((alpha|beta)\\d+)?", "");
    }

    private static @Nullable String nearest(String name, Map<String, Schema.Field> fields) {
        String best = null;
        int least = 3;
        for (String each : fields.keySet().stream().sorted().toList()) {
            int distance = distance(name.toLowerCase(Locale.ROOT), each.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                best = each;
            }
        }
        return best;
    }

    /** How many letters to add, take or change. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int above = row[j];
                int changed = corner + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above, row[j - 1]) + 1);
                corner = above;
            }
        }
        return row[other.length()];
    }

    private static Map.Entry<String, Removed> removed(String kind, String release, String instead) {
        return Map.entry(kind, new Removed(release, instead));
    }
}
