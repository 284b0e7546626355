package io.ebbtide.testkit.contract;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the results of all trials of one adapter as a file for other programs. */
final class OutcomesJson {
    private OutcomesJson() {}

    static void write(String adapter, List<Outcome> outcomes, Map<Promise, String> cannot) throws IOException {
        var mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode().put("adapter", adapter);
        ArrayNode promises = root.putArray("promises");
        for (Outcome outcome : outcomes) {
            ObjectNode each = promises.addObject()
                    .put("name", outcome.promise().name())
                    .put("topic", outcome.promise().topic().heading())
                    .put("sentence", outcome.promise().sentence())
                    .put("kept", outcome.kept())
                    .put("cannot", cannot.get(outcome.promise()))
                    .put("millis", outcome.took().toMillis());
            Throwable failure = outcome.failure();
            each.put("failure", failure == null ? null : failure.toString());
        }
        Path file = Path.of("target", "contract", adapter.toLowerCase(Locale.ROOT) + ".json");
        Files.createDirectories(file.getParent());
        mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
    }
}
