package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What replicas are read from: metrics in Prometheus' text, and a real {@code kubectl} before an API server of two objects. */
final class ReplicaSourcesTest {
    private static final String DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments/orders-service";
    private static final String AUTOSCALER =
            "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/orders-service";
    private static final String NOT_FOUND = """
            {"kind":"Status","apiVersion":"v1","status":"Failure","message":"not found","reason":"NotFound","code":404}""";

    private final Map<String, String> objects = new ConcurrentHashMap<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String found = objects.get(exchange.getRequestURI().getPath());
            byte[] body = (found == null ? NOT_FOUND : found).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(found == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void metrics_ofReplicas_areCountedByRotation_andAveraged() throws Exception {
        objects.put("/a", metrics(1, "ebbtide_hpa_utilization{service=\"orders\"} 0.5\n"));
        objects.put("/b", metrics(1, "ebbtide_hpa_utilization{service=\"orders\"} 0.25\n"));
        objects.put("/c", metrics(0, ""));

        ReplicaSample sample = new MetricsEndpoints(() -> List.of(uri("/a"), uri("/b"), uri("/c"))).sample();

        assertThat(sample).isEqualTo(new ReplicaSample(3, 2, 0.375, null));
    }

    @Test
    void metrics_thatCannotBeRead_areNotReady_andNoted() throws Exception {
        objects.put("/a", metrics(1, ""));

        ReplicaSample sample = new MetricsEndpoints(() -> List.of(uri("/a"), uri("/gone"))).sample();

        assertThat(sample)
                .isEqualTo(new ReplicaSample(
                        2,
                        1,
                        null,
                        "no metrics from 127.0.0.1:" + server.getAddress().getPort()));
    }

    @Test
    void kubectl_readsReplicas_andWhatTheAutoscalerHasSeen() throws Exception {
        assumeKubectl();
        objects.put(DEPLOYMENT, "{\"spec\":{\"replicas\":5},\"status\":{\"readyReplicas\":4}}");
        objects.put(AUTOSCALER, """
                {"status":{"currentMetrics":[
                  {"type":"Resource","resource":{"name":"memory","current":{"averageUtilization":91}}},
                  {"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":64,"averageValue":"320m"}}}]}}""");

        assertThat(kubectl().sample()).isEqualTo(new ReplicaSample(5, 4, 0.64, null));
    }

    @Test
    void kubectl_prefersOurOwnUtilisation() throws Exception {
        assumeKubectl();
        objects.put(DEPLOYMENT, "{\"spec\":{\"replicas\":2},\"status\":{}}");
        objects.put(AUTOSCALER, """
                {"status":{"currentMetrics":[
                  {"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":64}}},
                  {"type":"Pods","pods":{"metric":{"name":"utilization"},"current":{"averageValue":"713m"}}}]}}""");

        assertThat(kubectl().sample()).isEqualTo(new ReplicaSample(2, 0, 0.713, null));
    }

    @Test
    void kubectl_withoutAnAutoscaler_orADeployment_saysSo() throws Exception {
        assumeKubectl();
        assertThat(kubectl().sample()).isEqualTo(ReplicaSample.unknown("no such Deployment"));

        objects.put(DEPLOYMENT, "{\"spec\":{\"replicas\":2},\"status\":{\"readyReplicas\":2}}");

        assertThat(kubectl().sample()).isEqualTo(new ReplicaSample(2, 2, null, "no such HorizontalPodAutoscaler"));
    }

    @Test
    void aKubectlThatIsMissing_isANote() throws Exception {
        ReplicaSample sample = new Kubectl(List.of("/nonexistent/kubectl"), "shop/orders-service").sample();

        assertThat(sample.ready()).isNull();
        assertThat(sample.note()).contains("/nonexistent/kubectl");
    }

    @Test
    void quantities_areReadAsTheAutoscalerWritesThem() {
        assertThat(Kubectl.quantity("713m")).isEqualTo(0.713);
        assertThat(Kubectl.quantity("2")).isEqualTo(2);
        assertThat(Kubectl.quantity("")).isNull();
    }

    private static void assumeKubectl() {
        boolean found = true;
        try {
            new ProcessBuilder("kubectl", "version", "--client").start().waitFor();
        } catch (IOException | InterruptedException e) {
            found = false;
        }
        assumeTrue(found, "there is no kubectl here");
    }

    private Kubectl kubectl() {
        return new Kubectl(
                List.of(
                        "kubectl",
                        "--server=http://127.0.0.1:" + server.getAddress().getPort()),
                "shop/orders-service");
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private static String metrics(int inRotation, String more) {
        return "# TYPE ebbtide_in_rotation gauge\nebbtide_in_rotation{service=\"orders\"} %d.0\n%s"
                .formatted(inRotation, more);
    }
}
