package io.ebbtide.lint.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.fixture.Fixtures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Inputs damaged byte by byte: the reader always ends, and judges an intact document beside them. */
final class DamagedInputTest {
    private static final long SEED = Long.getLong("damage.seed", 20_261_129);
    private static final String INTACT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: intact}\n";
    private static final List<String> SPLICES = List.of(
            "\t",
            "\n",
            "\r",
            "---\n",
            "...\n",
            "\uFEFF",
            "\uD83D\uDE80",
            "\u0000",
            "\u0085",
            "\u2028",
            "&a ",
            "*a",
            "<<: ",
            "? ",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            "\"",
            "'",
            "|\n",
            ">-\n",
            "!!int ",
            "!!binary ",
            "%YAML 1.1\n",
            "#",
            "{{",
            "\\u",
            "\\ud83d",
            "1e999",
            "0x",
            ".inf",
            "\u00FF");

    @Test
    void damagedInput_isReadToItsEnd() throws IOException {
        drive(2_000);
    }

    @Test
    @Tag("full")
    void damagedInput_isReadToItsEnd_200000Times() throws IOException {
        drive(200_000);
    }

    private static void drive(int rounds) throws IOException {
        List<byte[]> originals = originals();
        var random = new Random(SEED);
        int unreadable = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] damaged = damaged(originals.get(random.nextInt(originals.size())), random);
            var sources = new Sources();
            sources.add(new ByteArrayInputStream(damaged), "damaged.yaml");
            sources.add(new ByteArrayInputStream(INTACT.getBytes(StandardCharsets.UTF_8)), "intact.yaml");

            assertThat(sources.manifests())
                    .as("seed %d, round %d", SEED, round)
                    .anyMatch(each -> each.name().equals("intact"));
            unreadable += sources.omissions().isEmpty() ? 0 : 1;
        }
        assertThat(unreadable).as("inputs with something that cannot be read").isBetween(rounds / 20, rounds);
    }

    static byte[] damaged(byte[] original, Random random) {
        var bytes = new ArrayList<Byte>(original.length);
        int from = random.nextInt(Math.max(1, original.length - 3_000));
        for (int i = from; i < Math.min(original.length, from + 4_000); i++) {
            bytes.add(original[i]);
        }
        for (int change = random.nextInt(6); change >= 0 && !bytes.isEmpty(); change--) {
            int at = random.nextInt(bytes.size());
            switch (random.nextInt(5)) {
                case 0 -> bytes.remove(at);
                case 1 -> bytes.set(at, (byte) random.nextInt(256));
                case 2 ->
                    bytes.subList(at, Math.min(bytes.size(), at + random.nextInt(40)))
                            .clear();
                default -> {
                    byte[] splice = SPLICES.get(random.nextInt(SPLICES.size())).getBytes(StandardCharsets.UTF_8);
                    for (byte each : splice) {
                        bytes.add(at, each);
                    }
                }
            }
        }
        byte[] damaged = new byte[bytes.size()];
        for (int i = 0; i < damaged.length; i++) {
            damaged[i] = bytes.get(i);
        }
        return damaged;
    }

    static List<byte[]> originals() throws IOException {
        var originals = new ArrayList<byte[]>();
        for (Path each : Fixtures.manifests()) {
            originals.add(Files.readAllBytes(each));
        }
        return originals;
    }
}
