package io.ebbtide.lint.rule;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The kinds of one version of Kubernetes and their fields, as in its Java client and its API. Immutable. */
public final class Schema {
    /*
     * The resource is written by KubernetesModels, a program among the tests, from the client's model classes of three versions and
     * from what k8s.io/api adds in the newest (see decision 0014); a test compares it with the client again. Its first line names
     * the versions. A line is a kind, "apps/v1 Deployment = V1Deployment", or a type, "V1Probe: exec=V1ExecAction ...". Types:
     * string, bytes, int, long, number, bool, int-or-string, quantity, any; [T] a list, {T} a map of them. "!" marks a required
     * field, "@1.36" a field that exists from that version on, "<1.36" one that no longer exists.
     */
    private static final String RESOURCE = "kubernetes-schema.txt";

    private static final Map<String, Removed> REMOVED = removed();
    private static final List<String> LINES = lines(RESOURCE);
    private static final List<String> VERSIONS =
            List.of(LINES.get(0).substring("versions: ".length()).split(" ", -1));
    private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

    private final String version;
    private final Map<String, String> kinds = new HashMap<>();
    private final Map<String, Map<String, Field>> types = new HashMap<>();
    private final Map<String, String> groups = new HashMap<>();
    private final Set<String> served = new HashSet<>();

    /** A field's type, and whether it is required. */
    record Field(String type, boolean required) {}

    /** The release that removed a version of an API, and the version to write instead; "-" if there is none. */
    record Removed(String release, String instead) {}

    private Schema(String version) {
        this.version = version;
        for (String line : LINES.subList(1, LINES.size())) {
            add(line);
        }
    }

    /** The available versions, oldest first. */
    public static List<String> versions() {
        return VERSIONS;
    }

    /** The schema of the newest version. */
    public static Schema kubernetes() {
        return of(VERSIONS.get(VERSIONS.size() - 1));
    }

    /** The schema of one of {@link #versions()}. */
    public static Schema of(String version) {
        return SCHEMAS.computeIfAbsent(version, Schema::new);
    }

    /** The number after the dot of a version such as 1.36. */
    static int minor(String version) {
        return Integer.parseInt(version.substring(version.indexOf('.') + 1));
    }

    /** When this kind, such as {@code batch/v1beta1 CronJob}, was removed from Kubernetes; empty if it was not. */
    static Optional<Removed> removal(String kind) {
        return Optional.ofNullable(REMOVED.get(kind));
    }

    String version() {
        return version;
    }

    /** The type of this kind; null if this version of Kubernetes does not serve it. */
    @Nullable
    String typeOf(String apiVersion, String kind) {
        return kinds.get(apiVersion + " " + kind);
    }

    /** The correct spelling of a kind of this group of Kubernetes, found regardless of case; null if there is none. */
    @Nullable
    String spelling(String group, String kind) {
        return groups.get(group + " " + kind.toLowerCase(java.util.Locale.ROOT));
    }

    /** Whether a kind of Kubernetes itself has this name, regardless of case. */
    boolean isOwnKind(String kind) {
        return kinds.keySet().stream()
                .anyMatch(each -> each.substring(each.indexOf(' ') + 1).equalsIgnoreCase(kind));
    }

    /** Whether this API group is one of Kubernetes itself, so that no custom resource can be in it. */
    boolean isOwnGroup(String group) {
        return served.contains(group);
    }

    /** The versions and groups that serve a kind of this name, such as {@code apps/v1}; empty if none does. */
    Set<String> apiVersionsOf(String kind) {
        var versions = new TreeSet<String>();
        for (String each : kinds.keySet()) {
            if (each.endsWith(" " + kind)) {
                versions.add(each.substring(0, each.indexOf(' ')));
            }
        }
        return versions;
    }

    /** The fields of this type; null if it is not a named type. */
    @Nullable
    Map<String, Field> fields(String type) {
        return types.get(type);
    }

    /** The version that added or removed a field of this type, if this version has no field of that name. */
    static @Nullable String elsewhere(String type, String field) {
        for (String version : VERSIONS) {
            Map<String, Field> fields = of(version).fields(type);
            if (fields != null && fields.containsKey(field)) {
                return version;
            }
        }
        return null;
    }

    private void add(String line) {
        int equals = line.indexOf(" = ");
        if (equals > 0) {
            String kind = line.substring(0, equals);
            String type = line.substring(equals + 3);
            String group = kind.contains("/") ? kind.substring(0, kind.indexOf('/')) : "";
            String name = kind.substring(kind.indexOf(' ') + 1);
            served.add(group);
            groups.put(group + " " + name.toLowerCase(java.util.Locale.ROOT), name);
            if (isThere(type)) {
                kinds.put(kind, unmarked(type));
            }
            return;
        }
        int colon = line.indexOf(':');
        var fields = new HashMap<String, Field>();
        for (String each : line.substring(colon + 1).strip().split(" ", -1)) {
            int at = each.indexOf('=');
            if (at > 0 && isThere(each)) {
                String type = unmarked(each.substring(at + 1));
                boolean required = type.endsWith("!");
                fields.put(
                        each.substring(0, at),
                        new Field(type.substring(0, type.length() - (required ? 1 : 0)), required));
            }
        }
        types.put(line.substring(0, colon), fields);
    }

    private boolean isThere(String marked) {
        int since = marked.indexOf('@');
        int until = marked.indexOf('<');
        int end = until > since ? until : marked.length();
        return (since < 0 || minor(version) >= minor(marked.substring(since + 1, end)))
                && (until < 0
                        || minor(version)
                                < minor(marked.substring(until + 1, since > until ? since : marked.length())));
    }

    private static String unmarked(String marked) {
        int end = marked.length();
        for (char mark : new char[] {'@', '<'}) {
            int at = marked.indexOf(mark);
            end = at < 0 ? end : Math.min(end, at);
        }
        return marked.substring(0, end);
    }

    private static Map<String, Removed> removed() {
        var removed = new HashMap<String, Removed>();
        for (String line : lines("removed-apis.txt")) {
            String[] words = line.split(" ", -1);
            removed.put(words[0] + " " + words[1], new Removed(words[2], words[3]));
        }
        return removed;
    }

    /** The lines of a resource of this package. */
    static List<String> lines(String resource) {
        InputStream stream = Schema.class.getResourceAsStream(resource);
        if (stream == null) {
            throw new IllegalStateException(resource + ": missing (expected: in the same jar)");
        }
        var lines = new ArrayList<String>();
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }
}
