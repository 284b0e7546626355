package io.ebbtide.examples.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads replicas from Ebbtide's own metrics, one URL for each replica. */
final class MetricsEndpoints implements ReplicaSource {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Supplier<List<URI>> urls;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /** @param urls supplies the current replicas; called for each sample */
    MetricsEndpoints(Supplier<List<URI>> urls) {
        this.urls = urls;
    }

    @Override
    public ReplicaSample sample() throws InterruptedException {
        List<URI> now = urls.get();
        int inRotation = 0;
        var utilisations = new ArrayList<Double>();
        var silent = new ArrayList<String>();
        for (URI url : now) {
            try {
                String text = read(url);
                if (value(text, "ebbtide_in_rotation").orElse(0) == 1) {
                    inRotation++;
                }
                value(text, "ebbtide_hpa_utilization").ifPresent(utilisations::add);
            } catch (IOException e) {
                silent.add(url.getAuthority());
            }
        }
        OptionalDouble mean =
                utilisations.stream().mapToDouble(Double::doubleValue).average();
        return new ReplicaSample(
                now.size(),
                inRotation,
                mean.isPresent() ? mean.getAsDouble() : null,
                silent.isEmpty() ? null : "no metrics from " + String.join(", ", silent));
    }

    private String read(URI url) throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(HttpRequest.newBuilder(url).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode());
        }
        return response.body();
    }

    /** The value of the first series of a name, in Prometheus' text format. */
    static OptionalDouble value(String text, String name) {
        Matcher line = Pattern.compile("^" + name + "(?:\\{[^\\n]*})? (\\S+)", Pattern.MULTILINE)
                .matcher(text);
        if (!line.find()) {
            return OptionalDouble.empty();
        }
        try {
            double value = Double.parseDouble(line.group(1));
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException e) { // such as +Inf
            return OptionalDouble.empty();
        }
    }
}
