package io.ebbtide.examples.guide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of documentation and the code blocks on it. Immutable. */
record Page(Path file, String text) {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path GUIDE = ROOT.resolve("docs").resolve("guide");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)(?: (\\S+))?\\n(.*?)^```$");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

    /**
     * A code block.
     *
     * @param path the file that it is; empty for a part of one
     */
    record Block(String language, String path, String text) {}

    static Page ofRoot(String name) throws IOException {
        Path file = ROOT.resolve(name);
        return new Page(file, Files.readString(file));
    }

    /** All pages of the guide. */
    static List<Page> all() throws IOException {
        List<Page> pages = new ArrayList<>();
        try (Stream<Path> files = Files.list(GUIDE)) {
            for (Path each : files.sorted().toList()) {
                pages.add(new Page(each, Files.readString(each)));
            }
        }
        return pages;
    }

    /** A page of the guide. */
    static Page of(String name) throws IOException {
        Path file = GUIDE.resolve(name);
        return new Page(file, Files.readString(file));
    }

    List<Block> blocks(String language) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(language)) {
                blocks.add(new Block(language, matcher.group(2) == null ? "" : matcher.group(2), matcher.group(3)));
            }
        }
        return blocks;
    }

    /** The files that the page refers to. */
    List<Path> links() {
        return links(text);
    }

    /** The files that a part of the page refers to. */
    List<Path> links(String part) {
        List<Path> links = new ArrayList<>();
        Matcher matcher = LINK.matcher(part);
        while (matcher.find()) {
            links.add(file.resolveSibling(matcher.group(1)).normalize());
        }
        return links;
    }

    @Override
    public String toString() {
        return file.getFileName().toString();
    }
}
