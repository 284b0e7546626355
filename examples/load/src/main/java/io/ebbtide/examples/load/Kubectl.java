package io.ebbtide.examples.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ebbtide.internal.Expect;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads replicas from a cluster with {@code kubectl get --raw}, which requests two objects and lists nothing: the Deployment, and the
 * autoscaler of the same name where there is one. Utilisation is the last value that the autoscaler has read: its status, in percent of
 * the CPU request or as the Pods metric {@code utilization}.
 */
final class Kubectl implements ReplicaSource {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int TIMEOUT_SECONDS = 5;

    private final List<String> command;
    private final String deployment;
    private final String autoscaler;

    /**
     * @param command the program, and arguments of all calls such as {@code --context}
     * @param object {@code namespace/deployment}
     * @throws IllegalArgumentException if the object has another form
     */
    Kubectl(List<String> command, String object) {
        if (!object.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-.a-z0-9]*[a-z0-9])?")) {
            throw Expect.wrong("--kubectl", object, "NAMESPACE/DEPLOYMENT");
        }
        String namespace = object.substring(0, object.indexOf('/'));
        String name = object.substring(object.indexOf('/') + 1);
        this.command = List.copyOf(command);
        deployment = "/apis/apps/v1/namespaces/%s/deployments/%s".formatted(namespace, name);
        autoscaler = "/apis/autoscaling/v2/namespaces/%s/horizontalpodautoscalers/%s".formatted(namespace, name);
    }

    @Override
    public ReplicaSample sample() throws InterruptedException {
        try {
            JsonNode found = get(deployment);
            if (found == null) {
                return ReplicaSample.unknown("no such Deployment");
            }
            JsonNode scaler = get(autoscaler);
            return new ReplicaSample(
                    found.at("/spec/replicas").asInt(1),
                    found.at("/status/readyReplicas").asInt(0),
                    scaler == null ? null : utilisation(scaler),
                    scaler == null ? "no such HorizontalPodAutoscaler" : null);
        } catch (IOException e) {
            return ReplicaSample.unknown(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Double utilisation(JsonNode scaler) {
        Double cpu = null;
        for (JsonNode metric : scaler.at("/status/currentMetrics")) {
            if (metric.at("/pods/metric/name").asText().equals("utilization")) {
                return quantity(metric.at("/pods/current/averageValue").asText());
            }
            JsonNode percent = metric.at("/resource/current/averageUtilization");
            if (metric.at("/resource/name").asText().equals("cpu") && percent.isNumber()) {
                cpu = percent.asDouble() / 100;
            }
        }
        return cpu;
    }

    /** Reads a quantity of Kubernetes in the form that metrics use: a number, with {@code m} for thousandths. */
    static @Nullable Double quantity(String text) {
        try {
            return text.endsWith("m")
                    ? Double.parseDouble(text.substring(0, text.length() - 1)) / 1_000
                    : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The object at a path; null if there is none. */
    private @Nullable JsonNode get(String path) throws IOException, InterruptedException {
        var call = new ArrayList<>(command);
        call.addAll(List.of("get", "--raw", path, "--request-timeout=" + TIMEOUT_SECONDS + "s"));
        Path output = Files.createTempFile("kubectl", ".json");
        Path errors = Files.createTempFile("kubectl", ".err");
        try {
            // Files, not pipes: a kubectl that hangs, for example in a login plugin, is ended by its time-out and not
            // by its output.
            Process process = new ProcessBuilder(call)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            try {
                if (!process.waitFor(2 * TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("kubectl still runs after " + 2 * TIMEOUT_SECONDS + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() == 0) {
                return JSON.readTree(output.toFile());
            }
            String error =
                    Files.readString(errors, StandardCharsets.UTF_8).strip().replaceAll("\\R", " ");
            if (error.contains("NotFound")) {
                return null;
            }
            throw new IOException("kubectl: " + error.substring(0, Math.min(200, error.length())));
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        }
    }
}
