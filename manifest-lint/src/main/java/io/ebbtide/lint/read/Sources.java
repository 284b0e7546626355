package io.ebbtide.lint.read;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads files, folders and standard input into manifests. Not thread-safe; confine to one thread. */
public final class Sources {
    private static final int MAX_BYTES_IN_ALL = 32 * 1024 * 1024;
    private static final int MAX_FILES = 10_000;
    private static final int MAX_FOLDERS_DEEP = 32;
    private static final int MANY_TEXTS = 16 * 1024;
    /** At the start of any line, as several files in one stream may have several; there it is never part of a value. */
    private static final Pattern BYTE_ORDER_MARK = Pattern.compile("(?m)^\uFEFF");

    private static final Pattern SOURCE = Pattern.compile("# Source: (\\S.*)");

    private final List<Manifest> manifests = new ArrayList<>();
    private final List<Omission> omissions = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Set<Object> read = new HashSet<>();
    private final Set<Object> above = new HashSet<>();
    private final String namespace;
    private final Progress progress;
    private final Texts texts = new Texts(MANY_TEXTS);
    private final Kustomization.Folders kustomizations = new Kustomization.Folders();
    private int files;
    private long bytes;
    private int patches;

    /** Objects that name no namespace are in {@code default}. */
    public Sources() {
        this("default");
    }

    /** Objects that name no namespace are in this one. */
    Sources(String namespace) {
        this(namespace, Progress.NONE);
    }

    /** Objects that name no namespace are in this one; reports the progress. */
    public Sources(String namespace, Progress progress) {
        this.namespace = namespace;
        this.progress = progress;
    }

    /** The inputs, as they were named. */
    public List<String> names() {
        return names;
    }

    public List<Manifest> manifests() {
        return manifests;
    }

    /** The number of documents that were kustomize's patches, which are recognised and not checked. */
    public int patches() {
        return patches;
    }

    /** What could not be read, and what was read and is not an object, in the order of the input. */
    public List<Omission> omissions() {
        return omissions;
    }

    /**
     * Reads a file, or all files below a folder that end in {@code .yaml}, {@code .yml} or {@code .json}. A file that was read
     * before is not read again.
     */
    public void add(Path path) {
        names.add(path.toString());
        if (Files.isDirectory(path)) {
            addFolder(path, 0);
        } else {
            addFile(path, false);
        }
    }

    /** Reads all of a stream, which the caller closes. */
    public void add(InputStream stream, String name) {
        names.add(name);
        try {
            addText(decoded(bounded(stream)), name, Kustomization.NONE, false);
        } catch (BadInput e) {
            refuse(name, e);
        } catch (IOException e) {
            refuse(name, new BadInput("unreadable: " + e.getMessage()));
        }
    }

    private void addFolder(Path folder, int depth) {
        try {
            Object key = key(folder);
            if (above.contains(key)) {
                throw new BadInput("a link leads back to this folder (expected: a tree); the folder is read once");
            }
            if (read.add(key)) {
                above.add(key);
                try {
                    addEntries(folder, depth);
                } finally {
                    above.remove(key);
                }
            }
        } catch (BadInput e) {
            refuse(folder.toString(), e);
        } catch (IOException | DirectoryIteratorException e) {
            refuse(folder.toString(), new BadInput("unreadable folder: " + reason(e)));
        }
    }

    private void addEntries(Path folder, int depth) throws BadInput, IOException {
        if (depth > MAX_FOLDERS_DEEP) {
            throw new BadInput("more than %d folders deep (expected: fewer)".formatted(MAX_FOLDERS_DEEP));
        }
        var entries = new ArrayList<Path>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        }
        entries.sort(null);
        for (Path entry : entries) {
            String name = entry.getFileName().toString().toLowerCase(Locale.ROOT);
            if (Files.isDirectory(entry)) {
                addFolder(entry, depth + 1);
            } else if (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json")) {
                addFile(entry, true);
            }
        }
    }

    /** A key that is equal for two paths to the same folder. */
    private static Object key(Path folder) throws IOException {
        Object fileKey = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
        return fileKey == null ? folder.toRealPath() : fileKey;
    }

    private void addFile(Path file, boolean inFolder) {
        String name = file.toString();
        try {
            if (!Files.exists(file)) {
                throw new BadInput("no such file (expected: a file, a folder, or - for standard input)");
            }
            boolean regular = Files.isRegularFile(file);
            if (!regular && inFolder) { // a pipe that is named is intended; one found in a folder may never end
                throw new BadInput("not a regular file (expected: a file, a folder, or - for standard input)");
            }
            if (regular && !read.add(file.toRealPath())) {
                return;
            }
            if (++files > MAX_FILES) {
                throw new BadInput("more than %,d files (expected: fewer)".formatted(MAX_FILES));
            }
            long size = regular ? Files.size(file) : 0;
            if (size > Limits.MAX_BYTES) {
                throw tooLarge("%,d bytes".formatted(size));
            }
            try (InputStream stream = Files.newInputStream(file)) {
                addText(decoded(bounded(stream)), name, kustomizations.of(file), inFolder);
            }
        } catch (BadInput e) {
            refuse(name, e);
        } catch (IOException e) {
            refuse(name, new BadInput("unreadable file: " + reason(e)));
        }
    }

    private byte[] bounded(InputStream stream) throws IOException, BadInput {
        long maximum = Math.min(Limits.MAX_BYTES, Math.max(0, MAX_BYTES_IN_ALL - bytes));
        byte[] content = stream.readNBytes((int) maximum + 1);
        bytes += content.length;
        if (content.length > Limits.MAX_BYTES) {
            throw tooLarge("more bytes");
        }
        if (content.length > maximum) {
            throw new BadInput("more than %,d bytes in all files (expected: fewer); lint one environment at a time"
                    .formatted(MAX_BYTES_IN_ALL));
        }
        return content;
    }

    private static BadInput tooLarge(String size) {
        return new BadInput("too large: %s (expected: at most %,d); split the file".formatted(size, Limits.MAX_BYTES));
    }

    private static String decoded(byte[] content) throws BadInput {
        boolean ascii = true;
        for (byte each : content) {
            if (each == 0) {
                throw new BadInput("not text: it holds a zero byte (expected: YAML or JSON in UTF-8)");
            }
            ascii &= each > 0;
        }
        if (ascii) { // without the decoder's copy of two bytes for each character
            return new String(content, StandardCharsets.US_ASCII);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.indexOf('\uFEFF') < 0
                    ? text
                    : BYTE_ORDER_MARK.matcher(text).replaceAll("");
        } catch (CharacterCodingException e) {
            throw new BadInput("not UTF-8 (expected: YAML or JSON in UTF-8)");
        }
    }

    private void addText(String text, String name, Kustomization kustomization, boolean inFolder) {
        Documents documents = Documents.of(text, Limits.USUAL, texts);
        progress.read(files, manifests.size());
        HelmSources helm = HelmSources.of(text);
        for (Document document : documents.read()) {
            var origin = new Origin(name, helm.before(document.root().line()));
            add(new Manifest(origin, kustomization, document.root(), document.duplicates(), namespace), inFolder);
        }
        documents.problems().forEach(each -> refuse(name, each));
    }

    private void add(Manifest manifest, boolean inFolder) {
        Value items = manifest.root().field("items");
        if (manifest.kind().endsWith("List") && items.is(ValueKind.LIST)) {
            for (Value item : items.items()) {
                add(manifest.item(item), inFolder);
            }
            manifest.duplicates().forEach(each -> omissions.add(new Omission.RepeatedKey(manifest, each)));
        } else if (KustomizePatch.isOne(manifest) || manifest.kustomization().isPatch(manifest.origin())) {
            omissions.add(new Omission.Patch(manifest));
            patches++;
        } else if (manifest.isTyped()
                && !manifest.group().equals(Kustomization.GROUP)
                && !manifest.kustomization().isPlugin(manifest.origin())) {
            manifests.add(manifest);
        } else {
            omissions.add(new Omission.NoObject(manifest, inFolder));
        }
    }

    private void refuse(String name, BadInput problem) {
        omissions.add(new Omission.Unreadable(name, problem.line(), problem.text()));
    }

    private static String reason(Exception e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
    }

    /** The {@code # Source:} comments of a text that Helm rendered, by line. */
    private record HelmSources(NavigableMap<Integer, String> byLine) {
        static HelmSources of(String text) {
            var byLine = new TreeMap<Integer, String>();
            if (text.contains("# Source: ")) {
                int number = 0;
                for (String line : (Iterable<String>) text.lines()::iterator) {
                    number++;
                    if (line.equals("---") || line.startsWith("--- ")) {
                        byLine.put(number, "");
                    }
                    Matcher matcher = SOURCE.matcher(line);
                    if (matcher.matches()) {
                        byLine.put(number, matcher.group(1).strip());
                    }
                }
            }
            return new HelmSources(byLine);
        }

        @Nullable
        String before(int line) {
            var entry = byLine.floorEntry(line);
            return entry == null || entry.getValue().isEmpty() ? null : entry.getValue();
        }
    }
}
