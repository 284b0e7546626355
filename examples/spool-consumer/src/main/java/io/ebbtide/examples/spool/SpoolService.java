package io.ebbtide.examples.spool;

import io.ebbtide.Ebbtide;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Processes the files of a folder, the first argument: computes a slow digest of each and writes it to {@code ledger}. Start
 * it twice on one folder, stop one process, and see that each file is in the ledger once. The second argument is the number of
 * seconds a file may take until another process receives it, too: 30 unless given.
 */
public final class SpoolService {
    private static final int ROUNDS = 100_000;

    private SpoolService() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments.length == 0 ? "spool" : arguments[0]);
        Path ledger = folder.resolve("ledger");
        Duration lease = Duration.ofSeconds(arguments.length < 2 ? 30 : Long.parseLong(arguments[1]));
        var consumer = new SpoolConsumer(new Spool(folder, lease), message -> enter(message, ledger));
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Ebbtide.builder("spool")
                .messages(consumer)
                .management()
                .metrics(registry)
                .scrape(registry::scrape)
                .run();
    }

    private static void enter(byte[] message, Path ledger) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] value = message;
            for (int i = 0; i < ROUNDS; i++) {
                value = digest.digest(value);
            }
            String text = new String(message, StandardCharsets.UTF_8).strip();
            String line = text + " " + HexFormat.of().formatHex(value, 0, 4) + "\n";
            Files.writeString(ledger, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (NoSuchAlgorithmException | IOException e) {
            throw new IllegalStateException("the message remains unfinished", e);
        }
    }
}
