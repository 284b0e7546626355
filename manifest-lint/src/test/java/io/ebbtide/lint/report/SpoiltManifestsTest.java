package io.ebbtide.lint.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.fixture.Fixtures;
import io.ebbtide.lint.read.Sources;
import io.ebbtide.lint.rule.LintResult;
import io.ebbtide.lint.rule.Schema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Manifests with lines changed at random: each is judged, without an exception. */
final class SpoiltManifestsTest {
    private static final long SEED = 20_261_124;
    private static final int SOME_ROUNDS = 300;
    private static final int MANY_ROUNDS = 5_000;
    private static final List<String> VALUES = List.of(
            "",
            "null",
            "{}",
            "[]",
            "-1",
            "0",
            "2147483647",
            "9223372036854775807",
            "99999999999999999999999",
            "1e400",
            ".inf",
            "\"\"",
            "\"150%\"",
            "\"-5%\"",
            "PT2562047788015215H",
            "999999999h",
            "-PT5S",
            "{a: 1}",
            "[1, 2]",
            "on",
            "\"%s %d {{\"",
            "&x [a, b]",
            "*x");

    @Test
    void someManifests_areJudged() throws IOException {
        judge(SOME_ROUNDS);
    }

    @Test
    @Tag("full")
    void manyManifests_areJudged() throws IOException {
        judge(MANY_ROUNDS);
    }

    private static void judge(int rounds) throws IOException {
        List<String> originals = originals();
        var random = new Random(SEED);
        for (int round = 0; round < rounds; round++) {
            String text = spoilt(originals.get(random.nextInt(originals.size())), random);

            var sources = new Sources();
            sources.add(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "a.yaml");

            LintResult lint = LintResult.of(sources, Schema.kubernetes());

            assertThat(TextReport.plain(lint)).isNotEmpty();
            assertThat(SarifReport.text(lint)).isNotEmpty();
        }
    }

    private static String spoilt(String text, Random random) {
        var lines = new ArrayList<>(Arrays.asList(text.split("\n", -1)));
        for (int change = random.nextInt(4); change >= 0; change--) {
            int index = random.nextInt(lines.size());
            String line = lines.get(index);
            int colon = line.indexOf(": ");
            switch (random.nextInt(8)) {
                case 0 -> lines.remove(index);
                case 1 -> lines.add(index, line);
                case 2 -> lines.set(index, "  " + line);
                default -> {
                    if (colon > 0) {
                        lines.set(index, line.substring(0, colon + 2) + VALUES.get(random.nextInt(VALUES.size())));
                    }
                }
            }
        }
        return String.join("\n", lines);
    }

    private static List<String> originals() throws IOException {
        var originals = new ArrayList<String>();
        for (Path each : Fixtures.manifests()) {
            if (each.toString().endsWith(".yaml")) {
                originals.add(Files.readString(each));
            }
        }
        return originals;
    }
}
