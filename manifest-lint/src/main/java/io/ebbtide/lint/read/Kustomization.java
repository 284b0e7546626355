package io.ebbtide.lint.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code kustomization.yaml} of a folder does with the files there: which are patches, or configure kustomize itself, and what
 * it adds to the objects. Immutable.
 *
 * @param patches the files that are patches, as they are listed
 * @param resources the files that are objects, as they are listed; of folders, the folders
 * @param plugins the files that configure transformers, generators and validators
 * @param setsNamespace whether it gives the objects another namespace, and a Namespace its name (a component may, where it is used)
 * @param setsLabels whether it adds labels to selectors and templates
 */
public record Kustomization(
        Set<Path> patches, Set<Path> plugins, Set<Path> resources, boolean setsNamespace, boolean setsLabels) {
    public static final String GROUP = "kustomize.config.k8s.io";

    static final Kustomization NONE = new Kustomization(Set.of(), Set.of(), Set.of(), false, false);
    private static final List<String> NAMES = List.of("kustomization.yaml", "kustomization.yml", "Kustomization");
    private static final long MAX_BYTES = 1_000_000;
    /** Names of files and folders that hold patches by convention, as those of kubebuilder do. */
    private static final Pattern PATCH = Pattern.compile("(.*[-_.])?patch(es)?([-_.].*)?");

    /** How many folders above a file are searched for the kustomization that lists it. */
    private static final int MAX_LEVELS = 3;

    public Kustomization {
        patches = Set.copyOf(patches);
        plugins = Set.copyOf(plugins);
        resources = Set.copyOf(resources);
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
                if (each.patches.contains(path)
                        || each.plugins.contains(path)
                        || each.holdsBackPatch(path, level == 0)) {
                    return each.with(path, own);
                }
                folder = folder.getParent();
            }
            return own;
        }

        private Kustomization read(@Nullable Path folder) {
            return folder == null ? NONE : known.computeIfAbsent(folder, Kustomization::in);
        }
    }

    /**
     * Whether a file is a patch by its name, or by its folder's, that this kustomization lists neither as a patch nor as an object: such
     * a patch waits until its line in the list is no longer a comment.
     */
    private boolean holdsBackPatch(Path file, boolean inItsFolder) {
        Path folder = file.getParent();
        boolean named = PATCH.matcher(name(file)).matches()
                || (!inItsFolder
                        && folder != null
                        && PATCH.matcher(name(folder)).matches());
        return !equals(NONE) && named && !resources.contains(file) && !resources.contains(folder);
    }

    private static String name(Path path) {
        return path.getFileName() == null ? "" : path.getFileName().toString();
    }

    /** This kustomization with the file among its patches, unless it lists it as a plugin, and with what the file's own folder sets. */
    private Kustomization with(Path file, Kustomization own) {
        var all = new HashSet<>(patches);
        if (!plugins.contains(file)) {
            all.add(file);
        }
        return new Kustomization(all, plugins, resources, own.setsNamespace, own.setsLabels);
    }

    /** Whether the document is a kustomization by the name of its file. */
    public static boolean isOne(Origin origin) {
        Path path = path(origin.file());
        return path != null
                && path.getFileName() != null
                && NAMES.contains(path.getFileName().toString());
    }

    boolean isPatch(Origin origin) {
        return patches.contains(path(origin.file()));
    }

    public boolean isPlugin(Origin origin) {
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
        List<Document> documents = Documents.of(text, Limits.USUAL).read();
        if (documents.isEmpty()) {
            return NONE;
        }
        Value root = documents.get(0).root();
        var patches = new HashSet<Path>();
        Stream.of("patches", "patchesJson6902")
                .flatMap(each -> root.field(each).items().stream())
                .map(each -> each.is(ValueKind.MAP)
                        ? each.field("path").text()
                        : each.text()) // a name alone is the old form
                .forEach(each -> add(patches, folder, each));
        root.field("patchesStrategicMerge").items().forEach(each -> add(patches, folder, each.text()));
        var resources = new HashSet<Path>();
        Stream.of("resources", "bases", "components")
                .flatMap(each -> root.field(each).items().stream())
                .forEach(each -> add(resources, folder, each.text()));
        var plugins = new HashSet<Path>();
        Stream.of("transformers", "generators", "validators", "configurations")
                .flatMap(each -> root.field(each).items().stream())
                .forEach(each -> add(plugins, folder, each.text()));
        boolean setsLabels = !root.field("commonLabels").fields().isEmpty()
                || root.field("labels").items().stream()
                        .anyMatch(each -> each.field("includeSelectors").isTrue());
        boolean isComponent = root.field("kind").text().equals("Component");
        return new Kustomization(
                patches,
                plugins,
                resources,
                isComponent || root.field("namespace").exists(),
                setsLabels);
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
