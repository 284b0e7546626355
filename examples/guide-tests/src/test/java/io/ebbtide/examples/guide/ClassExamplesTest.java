package io.ebbtide.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comment of each main type has an example, which is short and compiles. */
final class ClassExamplesTest {
    private static final Path CORE = Path.of("..", "..", "core", "src", "main", "java");
    private static final List<String> MAIN_TYPES = List.of(
            "Ebbtide",
            "EbbtideBuilder",
            "Settings",
            "Health",
            "Check",
            "InFlight",
            "Traffic",
            "TrafficSource",
            "WorkExecutor",
            "MessageSource",
            "ShutdownReport");

    private static final int MAX_LINES = 8;
    private static final Pattern EXAMPLE = Pattern.compile("(?s)<pre>\\{@code\\R(.*?)\\R \\* \\}</pre>");

    /** What the examples refer to and do not declare. */
    private static final String FRAME = """
        %s
        import java.time.Duration;
        import java.util.List;
        import java.util.concurrent.Executors;

        final class %s {
            private Ebbtide service;
            private AutoCloseable pool;
            private javax.sql.DataSource dataSource;
            private io.undertow.server.HttpHandler handler;
            private io.ebbtide.undertow.UndertowSource http;
            private MessageSource inbox;
            private Messages messages;
            private Traffic traffic;
            private InFlight inFlight;
            private java.util.Queue<String> queue;

            void example(List<String> arguments) throws Exception {
        %s
            }

            void handle(Object work) {}

            void reindex() {}

            void refuse() {}
        }
        """;

    @TempDir
    private Path folder;

    @Test
    void examples_areShort_andCompile() throws IOException {
        List<Path> files = new ArrayList<>();
        String imports = imports();
        for (String type : MAIN_TYPES) {
            List<String> examples = examples(Files.readString(source(type)));
            assertThat(examples)
                    .as("examples in the comment of %s", type)
                    .isNotEmpty()
                    .allSatisfy(example -> assertThat(example.lines()).hasSizeLessThanOrEqualTo(MAX_LINES));
            for (int i = 0; i < examples.size(); i++) {
                String name = type + "Example" + i;
                files.add(Files.writeString(
                        folder.resolve(name + ".java"), FRAME.formatted(imports, name, examples.get(i))));
            }
        }

        assertThat(Sources.compile(files, folder.resolve("classes"))).isEmpty();
    }

    /** The examples in the comment of the type; those of its members are not read. */
    private static List<String> examples(String source) {
        int begin = source.indexOf("\n/**\n");
        Matcher matcher = EXAMPLE.matcher(source.substring(begin, source.indexOf("\n */\n", begin)));
        return matcher.results()
                .map(found -> found.group(1)
                        .lines()
                        .map(line -> line.replaceFirst("^ \\* ?", ""))
                        .collect(Collectors.joining("\n")))
                .toList();
    }

    private static Path source(String type) throws IOException {
        try (Stream<Path> files = Files.walk(CORE)) {
            return files.filter(file -> file.endsWith(type + ".java"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Every package that users see, and the server that examples use. */
    private static String imports() throws IOException {
        try (Stream<Path> files = Files.walk(CORE)) {
            return files.filter(file -> file.endsWith("package-info.java"))
                    .map(file -> CORE.relativize(file.getParent()).toString().replace('/', '.'))
                    .filter(name -> !name.endsWith(".internal"))
                    .sorted()
                    .map(name -> "import " + name + ".*;\n")
                    .collect(Collectors.joining("", "", "import io.ebbtide.undertow.UndertowSource;\n"));
        }
    }
}
