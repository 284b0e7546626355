package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.model.Quantity;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.ValueKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compares a manifest with the schema of its kind. */
final class StrictCheck {
    private static final Pattern HAS_LETTER = Pattern.compile("[a-zA-Z]");
    private static final Pattern PERCENTAGE = Pattern.compile("\\d+%");
    /** Required by the API's own description, but the server accepts objects without them. */
    private static final Set<String> NOT_ASKED_FOR = Set.of(
            "V1Sysctl.value",
            "V1HTTPHeader.value",
            "V1CustomResourceDefinitionVersion.served",
            "V1CustomResourceDefinitionVersion.storage",
            "V1SleepAction.seconds",
            "V1ISCSIVolumeSource.lun",
            "V1ISCSIPersistentVolumeSource.lun",
            "V1CSIDriver.spec",
            "V1LimitRangeSpec.limits",
            "V1PreferredSchedulingTerm.preference",
            "V1PodFailurePolicy.rules",
            "V1ScaleIOVolumeSource.secretRef",
            "V1ScaleIOPersistentVolumeSource.secretRef",
            "V1ControllerRevision.revision",
            "V1CSINode.spec",
            "V1CSINodeSpec.drivers",
            "V1DeviceClass.spec",
            "V1beta1DeviceClass.spec",
            "V1beta2DeviceClass.spec");
    /** Kinds of requests and answers, not of objects: no schema defines their meaning in a file. */
    private static final Set<String> NO_OBJECTS = Set.of("Status", "Scale", "ComponentStatus", "Eviction", "List");

    private final Manifest manifest;
    private final List<Finding> findings = new ArrayList<>();
    private final Schema schema;
    private final Refusals refusals;

    private StrictCheck(Manifest manifest, Schema schema) {
        this.manifest = manifest;
        this.schema = schema;
        refusals = new Refusals(manifest, findings);
    }

    static List<Finding> of(Manifest manifest, Schema schema) {
        var check = new StrictCheck(manifest, schema);
        manifest.duplicates().forEach(each -> check.findings.add(StrictRules.duplicateKey(manifest, each)));
        check.run();
        return check.findings;
    }

    private void run() {
        Value root = manifest.root();
        String kind = manifest.apiVersion() + " " + manifest.kind();
        String type = schema.typeOf(manifest.apiVersion(), manifest.kind());
        Schema.Removed gone = Schema.removal(kind).orElse(null);
        if (type != null) {
            refusals.checkObject(root, type);
            object(root, type);
        } else if (gone != null && Schema.minor(gone.release()) <= Schema.minor(schema.version())) {
            findings.add(StrictRules.REMOVED_API.finding(
                    manifest,
                    root.field("apiVersion"),
                    "%s %s was removed in Kubernetes %s"
                            .formatted(manifest.apiVersion(), manifest.kind(), gone.release()),
                    gone.instead().equals("-")
                            ? "remove it: no version replaces it"
                            : "apiVersion: " + gone.instead()));
        } else if (isKubernetesOwn()
                && !NO_OBJECTS.contains(manifest.kind())
                && !manifest.kind().endsWith("List")) {
            noSuchKind(root);
        } else {
            boolean isForeign = !manifest.group().contains(".");
            findings.add(StrictRules.UNKNOWN_KIND.finding(
                    manifest,
                    root.field("kind"),
                    isForeign
                            ? "%s is not a Kubernetes object: %s"
                                    .formatted(
                                            kind,
                                            isKubeconfig()
                                                    ? "with clusters and contexts it is a kubeconfig"
                                                    : "a custom resource's group has a dot, as example.com/v1 has")
                            : "%s is not a kind of Kubernetes %s".formatted(kind, schema.version()),
                    isForeign
                            ? "no change, if another tool reads this file; kubectl apply refuses it"
                            : "no change is needed; kubectl apply --dry-run=server checks it"));
        }
    }

    /**
     * Whether no custom resource can have this group: custom groups contain a dot. A group without a dot, of a kind that Kubernetes
     * does not know either, is another tool's document that resembles a manifest.
     */
    private boolean isKubernetesOwn() {
        return (schema.isOwnGroup(manifest.group()) && !isKubeconfig())
                || (!manifest.group().contains(".") && schema.isOwnKind(manifest.kind()));
    }

    /** Whether it configures kubectl, which shares the core group's version. */
    private boolean isKubeconfig() {
        Value root = manifest.root();
        return manifest.apiVersion().equals("v1")
                && manifest.kind().equals("Config")
                && root.field("clusters").is(ValueKind.LIST)
                && root.field("contexts").is(ValueKind.LIST);
    }

    private void noSuchKind(Value root) {
        String spelling = schema.spelling(manifest.group(), manifest.kind());
        String kind = spelling == null ? manifest.kind() : spelling;
        Set<String> elsewhere = schema.apiVersionsOf(kind);
        boolean misspelt = !kind.equals(manifest.kind());
        findings.add(StrictRules.NO_SUCH_KIND.finding(
                manifest,
                root.field(misspelt ? "kind" : "apiVersion"),
                "%s %s: Kubernetes %s serves %s"
                        .formatted(
                                manifest.apiVersion(),
                                manifest.kind(),
                                schema.version(),
                                elsewhere.isEmpty() ? "no such kind" : kind + " in " + String.join(", ", elsewhere)),
                elsewhere.isEmpty()
                        ? "correct kind and apiVersion"
                        : misspelt ? "kind: " + kind : "apiVersion: " + String.join(" or ", elsewhere)));
    }

    private void object(Value object, String type) {
        Map<String, Schema.Field> fields = schema.fields(type);
        if (fields == null) {
            return;
        }
        if (!object.is(ValueKind.MAP)) {
            wrong(object, "a map");
            return;
        }
        Map<String, KnownValues> known = KnownValues.of(type);
        for (Value each : object.fields()) {
            Schema.Field field = fields.get(each.key());
            if (field == null) {
                unknown(each, type, fields);
            } else {
                value(each, field.type());
                known(each, known.get(each.key()));
            }
        }
        // Only the server writes the status; a status in a manifest is a remnant that applying ignores.
        if (object.isWithin(manifest.at("status"))) {
            return;
        }
        refusals.check(object, type);
        fields.forEach((name, field) -> {
            boolean isAdded =
                    name.equals("selector") && manifest.kustomization().setsLabels();
            if (field.required()
                    && !isAdded
                    && !NOT_ASKED_FOR.contains(type + "." + name)
                    && !object.field(name).exists()) {
                findings.add(StrictRules.MISSING_FIELD.finding(
                        manifest, object.field(name), "%s requires %s".formatted(spoken(type), name), "write " + name));
            }
        });
    }

    private void known(Value value, @Nullable KnownValues known) {
        if (known != null && value.exists() && !known.take(value) && !refusals.isUnrendered(value)) {
            findings.add(StrictRules.INVALID_VALUE.finding(
                    manifest,
                    value,
                    "%s: %s (expected: %s)".formatted(value.key(), value.written(), known.text()),
                    "write a value that Kubernetes accepts"));
        }
    }

    private void value(Value value, String type) {
        if (value.is(ValueKind.NULL) || type.equals("any")) {
            return;
        }
        if (type.startsWith("[")) {
            if (value.is(ValueKind.LIST)) {
                String item = type.substring(1, type.length() - 1);
                value.items().forEach(each -> value(each, item));
            } else {
                wrong(value, "a list");
            }
        } else if (type.startsWith("{")) {
            if (value.is(ValueKind.MAP)) {
                String field = type.substring(1, type.length() - 1);
                value.fields().forEach(each -> value(each, field));
            } else {
                wrong(value, "a map");
            }
        } else {
            switch (type) {
                case "string" -> expect(value, "a string; quote it", ValueKind.STRING);
                case "int" -> integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE, 32);
                case "long" -> integer(value, Long.MIN_VALUE, Long.MAX_VALUE, 64);
                case "bytes" -> base64(value);
                case "number" -> expect(value, "a number", ValueKind.INTEGER, ValueKind.NUMBER);
                case "bool" -> expect(value, "true or false", ValueKind.BOOLEAN);
                case "int-or-string" -> integerOrString(value);
                case "quantity" -> quantity(value);
                default -> object(value, type);
            }
        }
    }

    private void integer(Value value, long min, long max, int bits) {
        if (!value.is(ValueKind.INTEGER)) {
            wrong(value, "a whole number");
        } else if (!isWithin(value.text(), min, max)) {
            wrong(value, "a whole number of %d bits".formatted(bits));
        }
    }

    private static boolean isWithin(String number, long min, long max) {
        try {
            long value = Long.parseLong(number);
            return min <= value && value <= max;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private void quantity(Value value) {
        boolean number = value.is(ValueKind.INTEGER) || value.is(ValueKind.NUMBER);
        if (!number
                && !(value.is(ValueKind.STRING) && Quantity.parse(value.text()).isPresent())) {
            wrong(value, "a quantity such as 250m or 384Mi");
        }
    }

    /** As Go's decoder reads it: with the padding, line breaks ignored. The value may be a secret, so it is never shown. */
    private void base64(Value value) {
        if (!value.is(ValueKind.STRING) || !isBase64(value.text())) {
            wrong(value, "base64 with its padding");
        }
    }

    private static boolean isBase64(String text) {
        int padding = 0;
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each == '\n' || each == '\r') {
                continue;
            }
            length++;
            boolean letter =
                    (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9');
            if (each == '=') {
                padding++;
            } else if (padding > 0 || !(letter || each == '+' || each == '/')) {
                return false;
            }
        }
        return length % 4 == 0 && padding <= 2;
    }

    /** A string is a port's name in some of these fields, a percentage in all others. */
    private void integerOrString(Value value) {
        boolean isPort = value.key().equals("port") || value.key().equals("targetPort");
        if (value.key().equals("targetPort")
                && value.is(ValueKind.STRING)
                && value.text().isEmpty()) {
            return; // the server accepts the port
        }
        if (value.is(ValueKind.STRING)
                && isPort
                && !HAS_LETTER.matcher(value.text()).find()) {
            wrong(value, "a whole number without quotes, or a name with a letter in it");
        } else if (value.is(ValueKind.STRING)
                && !isPort
                && !PERCENTAGE.matcher(value.text()).matches()) {
            wrong(value, "a whole number without quotes, or a percentage such as \"25%\"");
        } else {
            expect(value, "a whole number or a string", ValueKind.INTEGER, ValueKind.STRING);
        }
    }

    private void expect(Value value, String expected, ValueKind kind) {
        expect(value, expected, kind, kind);
    }

    private void expect(Value value, String expected, ValueKind kind, ValueKind other) {
        if (!value.is(kind) && !value.is(other)) {
            wrong(value, expected);
        }
    }

    private void wrong(Value value, String expected) {
        if (refusals.isUnrendered(value)) {
            return;
        }
        String is = value.is(ValueKind.MAP) || value.is(ValueKind.LIST)
                ? "a " + value.kind().name().toLowerCase(Locale.ROOT)
                : shown(value) + ", which YAML reads as " + value.kind().name().toLowerCase(Locale.ROOT);
        findings.add(StrictRules.WRONG_TYPE.finding(
                manifest,
                value,
                "%s: %s (expected: %s)".formatted(value.key(), is, expected),
                expected.startsWith("a string")
                        ? "%s: \"%s\"".formatted(value.key(), shown(value))
                        : "write " + expected));
    }

    private String shown(Value value) {
        return manifest.kind().equals("Secret")
                        && (manifest.at("data").equals(value.parent())
                                || manifest.at("stringData").equals(value.parent()))
                ? "(a value of %d characters)".formatted(value.written().length())
                : value.written();
    }

    private void unknown(Value field, String type, Map<String, Schema.Field> fields) {
        String near = nearest(field.key(), fields);
        String elsewhere = Schema.elsewhere(type, field.key());
        findings.add(StrictRules.UNKNOWN_FIELD.finding(
                manifest,
                field,
                "%s has no field '%s'%s"
                        .formatted(
                                spoken(type),
                                field.key(),
                                elsewhere == null
                                        ? ""
                                        : " in Kubernetes %s; %s has one".formatted(schema.version(), elsewhere)),
                near == null ? "remove it, or move it to the right level" : "is '%s' meant?".formatted(near)));
    }

    /** The type's name without its version: {@code V1PodSpec} is a PodSpec. */
    private static String spoken(String type) {
        return type.replaceFirst("^V\\d+((alpha|beta)\\d+)?", "");
    }

    private static @Nullable String nearest(String name, Map<String, Schema.Field> fields) {
        String best = null;
        int smallest = 3;
        for (String each : fields.keySet().stream().sorted().toList()) {
            int distance = distance(name.toLowerCase(Locale.ROOT), each.toLowerCase(Locale.ROOT));
            if (distance < smallest) {
                smallest = distance;
                best = each;
            }
        }
        return best;
    }

    /** How many letters to add, remove or change. */
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
}
