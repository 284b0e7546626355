package io.ebbtide.lint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code kustomization.yaml} of a folder does with the files there: which are patches, or configure kustomize itself, and what
 * it adds to the objects. Immutable.
 *
 * @param patches the files that are patches, as they are listed
 * @param plugins the files that configure transformers, generators and validators
 * @param setsNamespace whether it gives the objects another namespace, and a Namespace its name (a component may, where it is used)
 * @param setsLabels whether it adds labels to selectors and templates
 */
record Kustomization(Set<Path> patches, Set<Path> plugins, boolean setsNamespace, boolean setsLabels) {
    static final String GROUP = "kustomize.config.k8s.io";

    static final Kustomization NONE = new Kustomization(Set.of(), Set.of(), false, false);
    private static final List<String> NAMES = List.of("kustomization.yaml", "kustomization.yml", "Kustomization");
    private static final long MAX_BYTES = 1_000_000;

    /** How far above a file the kustomization that lists it is looked for. */
    private static final int MAX_LEVELS = 3;

    Kustomization {
        patches = Set.copyOf(patches);
        plugins = Set.copyOf(plugins);
    }

    /** What is known of folders that were asked for before. Not thread-safe. */
    static final class Folders {
        private final Map<Path, Kustomization> known = new HashMap<>();

        /** What the kustomizations of the file's folder, and of those above that list it, do with a file. */
        Kustomization of(Path file) {
            Path path = file.toAbsolutePath().normalize();
            Kustomization own = read(path.getParent());
            Path folder = path.getParent();
            for (int level = 0; level < MAX_LEVELS && folder != null; level++) {
                Kustomization each = read(folder);
                if (each.patches.contains(path) || each.plugins.contains(path)) {
                    return new Kustomization(each.patches, each.plugins, own.setsNamespace, own.setsLabels);
                }
                folder = folder.getParent();
            }
            return own;
        }

        private Kustomization read(@Nullable Path folder) {
            return folder == null ? NONE : known.computeIfAbsent(folder, Kustomization::in);
        }
    }

    /** Whether the document is a kustomization by the name of its file. */
    static boolean isOne(Origin origin) {
        Path path = path(origin.file());
        return path != null
                && path.getFileName() != null
                && NAMES.contains(path.getFileName().toString());
    }

    boolean isPatch(Origin origin) {
        return patches.contains(path(origin.file()));
    }

    boolean isPlugin(Origin origin) {
        return plugins.contains(path(origin.file()));
    }

    private static @Nullable Path path(String file) {
        try {
            return Path.of(file).toAbsolutePath().normalize();
        } catch (InvalidPathException e) { // <stdin>, on some systems
            return null;
        }
    }

    private static Kustomization in(Path folder) {
        for (String name : NAMES) {
            Path file = folder.resolve(name);
            try {
                if (Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES) {
                    return of(folder, Files.readString(file));
                }
            } catch (IOException e) {
                // unreadable: reported where the file itself is read
            }
        }
        return NONE;
    }

    private static Kustomization of(Path folder, String text) {
        List<YamlReader.Document> documents =
                Documents.of(text, YamlReader.Limits.USUAL).read();
        if (documents.isEmpty()) {
            return NONE;
        }
        Value root = documents.get(0).root();
        var patches = new HashSet<Path>();
        Stream.of("patches", "patchesJson6902")
                .flatMap(each -> root.field(each).items().stream())
                .map(each -> each.field("path").text())
                .forEach(each -> add(patches, folder, each));
        root.field("patchesStrategicMerge").items().forEach(each -> add(patches, folder, each.text()));
        var plugins = new HashSet<Path>();
        Stream.of("transformers", "generators", "validators", "configurations")
                .flatMap(each -> root.field(each).items().stream())
                .forEach(each -> add(plugins, folder, each.text()));
        boolean setsLabels = !root.field("commonLabels").fields().isEmpty()
                || root.field("labels").items().stream()
                        .anyMatch(each -> each.field("includeSelectors").isTrue());
        boolean isComponent = root.field("kind").text().equals("Component");
        return new Kustomization(
                patches, plugins, isComponent || root.field("namespace").exists(), setsLabels);
    }

    /** Patches may stand in the list themselves. */
    private static void add(Set<Path> files, Path folder, String listed) {
        if (!listed.isEmpty() && !listed.contains("\n")) {
            try {
                files.add(folder.resolve(listed).normalize());
            } catch (InvalidPathException e) {
                // text of a patch, no file
            }
        }
    }
}
