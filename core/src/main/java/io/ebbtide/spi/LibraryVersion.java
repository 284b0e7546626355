package io.ebbtide.spi;

import io.ebbtide.internal.Expect;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The version of a library that the application supplies, as its jar states it: an adapter refuses a version that cannot work.
 * Immutable. Obtained from {@link #of}, {@link #inManifest} or {@link #parse}.
 *
 * @param text the version as it is published, such as {@code 12.1.14}
 * @param major the first number
 * @param minor the second number
 */
public record LibraryVersion(String text, int major, int minor) {
    /*
     * An adapter is compiled against one version of a library and used with another. Where that cannot work the user
     * must read which version was found and which is supported, and not get a NoSuchMethodError. An unknown version, as
     * in an archive that holds all classes of an application and no descriptor of them, is accepted.
     */
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})[^/\\s]*");

    public LibraryVersion {
        Expect.present(text, "text");
    }

    /** Returns the version that a text begins with, without a commit after a slash; null if it begins with none. */
    public static @Nullable LibraryVersion parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Matcher matcher = NUMBERS.matcher(text);
        return matcher.lookingAt()
                ? new LibraryVersion(
                        matcher.group(), Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                : null;
    }

    /**
     * Reads the version of the library that a class belongs to: from the manifest, which the JVM has in memory, or else
     * from Maven's descriptor in the jar. Returns null if neither states it.
     *
     * @param type not initialized by this
     * @param product the title or vendor in the library's own manifest, as the manifest may be another library's
     * @param artifact the library's coordinates, {@code groupId/artifactId}
     */
    public static @Nullable LibraryVersion of(Class<?> type, String product, String artifact) {
        Expect.text(artifact, "artifact");
        LibraryVersion stated = inManifest(type, product);
        return stated != null ? stated : described(type, artifact);
    }

    /**
     * Does the same by the manifest alone, for a library without known coordinates.
     *
     * @param type not initialized by this
     * @param product as for {@link #of}
     */
    public static @Nullable LibraryVersion inManifest(Class<?> type, String product) {
        Expect.text(product, "product");
        if (Expect.present(type, "type").getModule().isNamed()) {
            return inManifestOfModule(type, product);
        }
        Package jar = type.getPackage();
        if (jar == null) {
            return null; // an array
        }
        boolean isOwn =
                contains(jar.getImplementationTitle(), product) || contains(jar.getImplementationVendor(), product);
        return isOwn ? parse(jar.getImplementationVersion()) : null;
    }

    /** For the packages of named modules, automatic ones included, the JVM keeps no manifest data. */
    private static @Nullable LibraryVersion inManifestOfModule(Class<?> type, String product) {
        try (InputStream stream = type.getResourceAsStream("/META-INF/MANIFEST.MF")) {
            if (stream == null) {
                return null;
            }
            Attributes jar = new Manifest(stream).getMainAttributes();
            boolean isOwn = contains(jar.getValue(Attributes.Name.IMPLEMENTATION_TITLE), product)
                    || contains(jar.getValue(Attributes.Name.IMPLEMENTATION_VENDOR), product);
            return isOwn ? parse(jar.getValue(Attributes.Name.IMPLEMENTATION_VERSION)) : null;
        } catch (IOException e) {
            return null; // unreadable is unknown
        }
    }

    /** Returns the major and the minor version, such as {@code 12.1}. */
    public String line() {
        return major + "." + minor;
    }

    /** Whether this version is of the given line or a later one. */
    public boolean isAtLeast(int minMajor, int minMinor) {
        return major > minMajor || (major == minMajor && minor >= minMinor);
    }

    /**
     * Refuses a version that is known and of none of these lines.
     *
     * @throws IllegalStateException which names the version, the lines and the remedy
     */
    public static void requireLine(String library, @Nullable LibraryVersion found, List<String> lines, String remedy) {
        String expected = expected(lines);
        if (found != null && !lines.contains(found.line())) {
            throw unsupported(library, found.text(), expected, remedy);
        }
    }

    /**
     * Refuses a version that is known and older than the given line.
     *
     * @throws IllegalStateException which names the version, the line and the remedy
     */
    public static void requireAtLeast(
            String library, @Nullable LibraryVersion found, int minMajor, int minMinor, String remedy) {
        if (found != null && !found.isAtLeast(minMajor, minMinor)) {
            throw unsupported(library, found.text(), minMajor + "." + minMinor + " or later", remedy);
        }
    }

    /**
     * Lists lines as text, such as {@code 2.2.x, 2.3.x or 2.4.x}.
     *
     * @param lines at least one
     */
    public static String expected(List<String> lines) {
        if (Expect.list(lines, "lines").isEmpty()) {
            throw Expect.wrong("lines", "none", "at least one");
        }
        int last = lines.size() - 1;
        String before = String.join(".x, ", lines.subList(0, last));
        return (before.isEmpty() ? "" : before + ".x or ") + lines.get(last) + ".x";
    }

    /** Returns the exception for a library that cannot be used. */
    public static IllegalStateException unsupported(String library, String found, String expected, String remedy) {
        return new IllegalStateException("%s: %s (expected: %s); %s".formatted(library, found, expected, remedy));
    }

    private static boolean contains(@Nullable String text, String product) {
        return text != null && text.contains(product);
    }

    private static @Nullable LibraryVersion described(Class<?> type, String artifact) {
        try (InputStream stream = type.getResourceAsStream("/META-INF/maven/" + artifact + "/pom.properties")) {
            if (stream == null) {
                return null;
            }
            var descriptor = new Properties();
            descriptor.load(stream);
            return parse(descriptor.getProperty("version"));
        } catch (IOException | IllegalArgumentException e) {
            return null; // unreadable is unknown
        }
    }
}
