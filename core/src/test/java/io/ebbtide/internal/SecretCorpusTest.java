package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.ebbtide.testing.TestTimeouts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of texts that are redacted, and those that remain: {@code secrets/markers.txt} and {@code secrets/ordinary.txt}. */
final class SecretCorpusTest {
    private static final String MARKER = "S3CR3T-";

    /** Texts around the values, so that none is kept only because a certain context is missing. */
    private static final List<String> CONTEXTS = List.of(
            "%s",
            "'%s' is down",
            "failed: %s, caused by %s",
            "pod=%s, node=n1",
            "{\"id\":\"%s\",\"ok\":true}",
            "(%s)",
            "at %s\n");

    @Test
    void text_withAMarker_losesIt() throws IOException {
        List<String> leaks = new ArrayList<>();
        List<String> markers = markers();

        for (String each : markers) {
            for (String context : List.of("%s", "cannot connect: %s", "it said '%s'", "first line\n%s\nlast line")) {
                String redacted = Redact.text(context.replace("%s", each));
                if (redacted.contains(MARKER)) {
                    leaks.add(redacted);
                }
            }
        }

        assertThat(markers).hasSize(100).doesNotHaveDuplicates();
        assertThat(leaks).isEmpty();
    }

    @Test
    void text_withAnOrdinaryValue_isTheSame() throws IOException {
        List<String> changes = new ArrayList<>();
        List<String> values = lines("ordinary.txt");

        for (String each : values) {
            for (String context : CONTEXTS) {
                String text = context.replace("%s", each);
                if (!Redact.text(text).equals(text)) {
                    changes.add(text + " -> " + Redact.text(text));
                }
            }
        }

        assertThat(values).hasSize(200).doesNotHaveDuplicates();
        assertThat(changes).isEmpty();
    }

    @Test
    void text_withTheNameOfAnyClassOfTheJdk_isTheSame() throws IOException {
        List<String> changes = new ArrayList<>();
        int[] count = {0};
        FileSystem runtime = FileSystems.getFileSystem(URI.create("jrt:/"));

        try (Stream<Path> files = Files.walk(runtime.getPath("/modules"))) {
            files.map(Path::toString).filter(file -> file.endsWith(".class")).forEach(file -> {
                String simple = file.substring(file.lastIndexOf('/') + 1, file.length() - ".class".length());
                String text = simple + " failed in " + file.replace('/', '.');
                count[0]++;
                if (!Redact.text(text).equals(text)) {
                    changes.add(Redact.text(text));
                }
            });
        }

        assertThat(count[0]).isGreaterThan(10_000);
        assertThat(changes).isEmpty();
    }

    /** A non-linear search takes minutes to hours for these. */
    @Tag("full")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "=",
                "//",
                "://",
                "@",
                "password=",
                "password={",
                "password=[",
                "password='",
                "password=\\\"",
                "<password>",
                "Authorization: ",
                "--password ",
                "--password \"",
                "eyJ",
                "jdbc:oracle:x:",
                "mysql ",
                "sqlplus a/",
                "u:p",
                "token ",
                "-----BEGIN PRIVATE KEY-----",
                "%3D",
                "sk-",
                "Aa1",
                "password=\n",
                "redis://:",
                "{\"a\":",
                "is "
            })
    void text_ofAMegabyteOfAnything_isDone(String piece) {
        String text = piece.repeat(1_000_000 / piece.length());

        assertTimeoutPreemptively(
                TestTimeouts.HANG, () -> assertThat(Redact.text(text)).isNotEmpty());
    }

    /** The texts with a marker each, {@code S3CR3T-001} to {@code S3CR3T-100}. */
    static List<String> markers() throws IOException {
        List<String> markers = new ArrayList<>();
        for (String line : lines("markers.txt")) {
            markers.add(line.replace("<S>", "%s%03d".formatted(MARKER, markers.size() + 1))
                    .replace("<NL>", "\n"));
        }
        return markers;
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/secrets", file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
