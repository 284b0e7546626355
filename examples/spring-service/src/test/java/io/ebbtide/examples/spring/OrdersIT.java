package io.ebbtide.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The application as its own tests see it: in a context of Spring's tests, on real stores. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@DirtiesContext // it ends before its stores do
final class OrdersIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    private static final RealStores STORES = RealStores.start();

    @Autowired
    private Environment environment;

    @Autowired
    private StringRedisTemplate redis;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", STORES.postgres()::jdbcUrl);
        registry.add("spring.data.redis.url", STORES.redis()::uri);
        registry.add("management.endpoint.health.show-components", () -> "always");
    }

    @AfterAll
    static void stop() {
        STORES.close();
    }

    private WireResponse send(WireRequest request) throws Exception {
        int port = environment.getRequiredProperty("local.server.port", Integer.class);
        try (WireConnection connection = WireConnection.open(port, SOON)) {
            return connection.exchange(request);
        }
    }

    private WireResponse create(String json) throws Exception {
        return send(new WireRequest("POST", "/orders", json));
    }

    @Test
    void order_isStored_confirmed_returned_andCached() throws Exception {
        WireResponse created = create("{\"item\":\"tea\",\"quantity\":2}");

        assertThat(created.status()).as(created.body()).isEqualTo(201);
        String path = created.headers().get("location").get(0);
        assertThat(send(WireRequest.get(path)).body()).isEqualTo(created.body());
        String id = path.substring("/orders/".length());
        assertThat(redis.opsForValue().get("order:" + id)).isEqualTo(created.body());
        assertThat(send(WireRequest.get(path)).body()).as("from the cache").isEqualTo(created.body());
        Awaitility.await().atMost(SOON).until(() -> STORES.orders("confirmed IS NOT NULL AND id = " + id) == 1);
    }

    @Test
    void wrongOrders_areRefused() throws Exception {
        assertThat(create("{\"item\":\" \",\"quantity\":2}").status()).isEqualTo(400);
        assertThat(create("{\"item\":\"tea\",\"quantity\":1001}").status()).isEqualTo(400);
        assertThat(create("{\"item\":").status()).isEqualTo(400);
        assertThat(send(WireRequest.get("/orders/0")).status()).isEqualTo(404);
    }

    @Test
    void actuator_showsTheStores() throws Exception {
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(
                                send(WireRequest.get("/actuator/health")).body())
                        .contains("\"db\":{\"status\":\"UP\"}", "\"redis\":{\"status\":\"UP\"}"));
    }
}
