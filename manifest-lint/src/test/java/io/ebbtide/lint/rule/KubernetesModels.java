package io.ebbtide.lint.rule;

import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kinds of Kubernetes and their fields as a jar of its Java client has them: a kind is what some API of the client creates,
 * a type is a model class with its fields.
 *
 * @param kinds the type of each kind, by {@code apps/v1 Deployment}
 * @param types the fields of each type by name, each with its type and "!" if it is required
 */
record KubernetesModels(Map<String, String> kinds, Map<String, Map<String, String>> types) {
    private static final String MODELS = "io.kubernetes.client.openapi.models.";
    private static final Pattern CREATES =
            Pattern.compile("Lio/kubernetes/client/openapi/models/(\\w+);\\)Lio/kubernetes/client/openapi/apis/\\w+\\$"
                    + "APIcreate(?:Namespaced)?(\\w+)Request;");
    private static final Pattern PATH = Pattern.compile("/api(?:s/([a-z0-9.]+))?/(v\\d\\w*)/");

    /** Those of the client on the class path. */
    static KubernetesModels ofClassPath() throws Exception {
        URL jar = Class.forName(MODELS + "V1Pod")
                .getProtectionDomain()
                .getCodeSource()
                .getLocation();
        return of(Path.of(URI.create(jar.toString())));
    }

    static KubernetesModels of(Path jar) throws Exception {
        var models = new KubernetesModels(new TreeMap<>(), new TreeMap<>());
        // The jar's own classes before those of the class path, which may be another version's.
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader()) {
                    @Override
                    protected Class<?> findClass(String name) throws ClassNotFoundException {
                        try {
                            return super.findClass(name);
                        } catch (ClassNotFoundException e) {
                            return KubernetesModels.class.getClassLoader().loadClass(name);
                        }
                    }
                };
                var file = new JarFile(jar.toFile())) {
            for (var entry : (Iterable<java.util.jar.JarEntry>) file.stream()::iterator) {
                if (entry.getName().matches("io/kubernetes/client/openapi/apis/\\w+V\\d\\w*Api\\.class")) {
                    String code = new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1);
                    models.addKinds(code);
                }
            }
            Deque<Class<?>> open = new ArrayDeque<>();
            for (String type : models.kinds.values()) {
                models.see(loader.loadClass(MODELS + type), open);
            }
            while (!open.isEmpty()) {
                models.describe(open.remove(), open);
            }
        }
        return models;
    }

    private void addKinds(String code) {
        Matcher path = PATH.matcher(code);
        if (!path.find()) {
            return;
        }
        String version = path.group(1) == null ? path.group(2) : path.group(1) + "/" + path.group(2);
        Matcher creates = CREATES.matcher(code);
        while (creates.find()) {
            if (creates.group(1).matches("(\\w+?(v|V)\\d\\w*?|V\\d+(alpha\\d+|beta\\d+)?)?" + creates.group(2))) {
                kinds.put(version + " " + creates.group(2), creates.group(1));
            }
        }
    }

    private void see(Class<?> type, Deque<Class<?>> open) {
        if (types.putIfAbsent(type.getSimpleName(), new TreeMap<>()) == null) {
            open.add(type);
        }
    }

    @SuppressWarnings("unchecked")
    private void describe(Class<?> type, Deque<Class<?>> open) throws ReflectiveOperationException {
        var required = (Set<String>) type.getField("openapiRequiredFields").get(null);
        Map<String, String> fields = types.get(type.getSimpleName());
        for (Field field : type.getDeclaredFields()) {
            SerializedName name = field.getAnnotation(SerializedName.class);
            if (!Modifier.isStatic(field.getModifiers()) && name != null) {
                fields.put(
                        name.value(),
                        name(field.getGenericType(), open) + (required.contains(name.value()) ? "!" : ""));
            }
        }
        if (!fields.keySet().equals(type.getField("openapiFields").get(null))) {
            throw new IllegalStateException(type + " has fields " + fields.keySet());
        }
    }

    private String name(Type type, Deque<Class<?>> open) {
        if (type instanceof ParameterizedType generic) {
            Type[] of = generic.getActualTypeArguments();
            return Collection.class.isAssignableFrom((Class<?>) generic.getRawType())
                    ? "[" + name(of[0], open) + "]"
                    : "{" + name(of[1], open) + "}";
        }
        Class<?> plain = (Class<?>) type;
        return switch (plain.getSimpleName()) {
            case "String", "OffsetDateTime" -> "string";
            case "byte[]" -> "bytes";
            case "Integer" -> "int";
            case "Long" -> "long";
            case "Double", "BigDecimal", "Float" -> "number";
            case "Boolean" -> "bool";
            case "IntOrString" -> "int-or-string";
            case "Quantity" -> "quantity";
            case "Object", "V1Patch" -> "any";
            default -> {
                if (!plain.getName().startsWith(MODELS)) {
                    throw new IllegalStateException(plain + ": no model (expected: a class of " + MODELS + ")");
                }
                see(plain, open);
                yield plain.getSimpleName();
            }
        };
    }

    /**
     * Writes the resource of {@link Schema}. To be run by hand when a version of Kubernetes is added:
     *
     * @param arguments the file to write, the file with what a newer version adds (see {@code
     *     src/test/resources/schema}) and its version, then for each older version, oldest first, its number and the client's jar
     */
    public static void main(String[] arguments) throws Exception {
        var versions = new java.util.ArrayList<String>();
        var all = new java.util.ArrayList<KubernetesModels>();
        for (int i = 3; i < arguments.length; i += 2) {
            versions.add(arguments[i]);
            all.add(of(Path.of(arguments[i + 1])));
        }
        versions.add(arguments[2]);
        all.add(all.get(all.size() - 1).with(Path.of(arguments[1]), arguments[2]));
        Files.writeString(Path.of(arguments[0]), text(versions, all));
    }

    /** These with what a file adds, and without the kinds that this version no longer serves. */
    private KubernetesModels with(Path additions, String version) throws IOException {
        var copy = new KubernetesModels(new TreeMap<>(kinds), new TreeMap<>());
        types.forEach((name, fields) -> copy.types.put(name, new TreeMap<>(fields)));
        for (String line : Files.readAllLines(additions)) {
            String[] kind = line.split(" = ", 2);
            if (kind.length == 2) {
                copy.kinds.put(kind[0], kind[1]);
            } else {
                Map<String, String> fields =
                        copy.types.computeIfAbsent(line.substring(0, line.indexOf(':')), any -> new TreeMap<>());
                for (String field :
                        line.substring(line.indexOf(':') + 1).strip().split(" ", -1)) {
                    fields.put(field.substring(0, field.indexOf('=')), field.substring(field.indexOf('=') + 1));
                }
            }
        }
        copy.kinds
                .keySet()
                .removeIf(each -> Schema.removal(each)
                        .filter(gone -> Schema.minor(gone.release()) <= Schema.minor(version))
                        .isPresent());
        return copy;
    }

    private static String text(List<String> versions, List<KubernetesModels> all) {
        var lines = new TreeMap<String, String>();
        var text = new StringBuilder("versions: " + String.join(" ", versions) + "\n");
        for (KubernetesModels each : all) {
            each.kinds.forEach((kind, type) -> lines.put(
                    kind,
                    kind + " = " + type
                            + marks(
                                    versions,
                                    all.stream()
                                            .map(models -> models.kinds.containsKey(kind))
                                            .toList())));
        }
        lines.values().forEach(each -> text.append(each).append('\n'));
        var types = new TreeMap<String, Map<String, String>>();
        for (KubernetesModels each : all) {
            each.types.forEach((name, fields) ->
                    types.computeIfAbsent(name, any -> new TreeMap<>()).putAll(fields));
        }
        types.forEach((name, fields) -> {
            text.append(name).append(':');
            fields.forEach((field, type) -> text.append(' ')
                    .append(field)
                    .append('=')
                    .append(type)
                    .append(marks(
                            versions,
                            all.stream()
                                    .map(models -> !models.types.containsKey(name)
                                            ? null
                                            : models.types.get(name).containsKey(field))
                                    .toList())));
            text.append('\n');
        });
        return text.toString();
    }

    /** Since when something is there, and from when on no longer; null where its type itself is not there. */
    private static String marks(List<String> versions, List<Boolean> there) {
        String marks = "";
        for (int i = 1; i < there.size(); i++) {
            if (Boolean.TRUE.equals(there.get(i)) && Boolean.FALSE.equals(there.get(i - 1))) {
                marks += "@" + versions.get(i);
            }
            if (Boolean.FALSE.equals(there.get(i)) && Boolean.TRUE.equals(there.get(i - 1))) {
                marks += "<" + versions.get(i);
            }
        }
        return marks;
    }
}
