package io.ebbtide.spring.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.spring.EbbtideLifecycle;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** Listeners of spring-kafka on a real broker, in KRaft mode within this JVM. */
final class KafkaIT {
    private static final Duration SOON = Duration.ofMinutes(5);
    private static final String TOPIC = "orders";

    /** A listener whose first message is in progress until it is released. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {
        static final CountDownLatch BEGUN = new CountDownLatch(1);
        static final CountDownLatch RELEASED = new CountDownLatch(1);
        static final List<String> DONE = new CopyOnWriteArrayList<>();

        @KafkaListener(id = TOPIC, topics = TOPIC)
        void receive(String order) throws InterruptedException {
            BEGUN.countDown();
            RELEASED.await();
            DONE.add(order);
        }
    }

    @Test
    @Tag("full")
    void listener_stopsConsumingWhenTheDrainBegins_andItsMessageIsWaitedFor() throws Exception {
        var broker = new EmbeddedKafkaKraftBroker(1, 1, TOPIC);
        broker.afterPropertiesSet();
        try {
            ConfigurableApplicationContext context = new SpringApplicationBuilder(Shop.class)
                    .run(
                            "--spring.main.web-application-type=none",
                            "--spring.main.banner-mode=off",
                            "--spring.kafka.bootstrap-servers=" + broker.getBrokersAsString(),
                            "--spring.kafka.consumer.auto-offset-reset=earliest",
                            "--spring.kafka.consumer.max-poll-records=1",
                            "--ebbtide.grace=60m",
                            "--logging.level.root=off");
            Ebbtide service = context.getBean(EbbtideLifecycle.class).service();
            MessageListenerContainer container = Objects.requireNonNull(context.getBean(
                            KafkaListenerEndpointRegistry.class)
                    .getListenerContainer(TOPIC));
            @SuppressWarnings("unchecked")
            KafkaTemplate<Object, Object> template = context.getBean(KafkaTemplate.class);
            for (int i = 1; i <= 5; i++) {
                template.send(TOPIC, "order " + i).get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(Shop.BEGUN.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            Ticket request = service.work("a request that keeps the drain open", WorkKind.JOB);

            CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close);
            Awaitility.await().atMost(SOON).until(() -> !container.isRunning());
            assertThat(service.state()).isEqualTo(LifecycleState.DRAINING);
            assertThat(service.inFlight().count(WorkKind.MESSAGE)).isEqualTo(1);
            Shop.RELEASED.countDown();
            Awaitility.await().atMost(SOON).until(() -> service.inFlight().count(WorkKind.MESSAGE) == 0);
            assertThat(Shop.DONE).as("what follows is another consumer's").containsExactly("order 1");
            assertThat(closed).isNotDone();
            request.close();
            closed.get(SOON.toSeconds(), TimeUnit.SECONDS);

            assertThat(service.awaitStopped(Duration.ZERO).isClean()).isTrue();
            assertThat(Shop.DONE).containsExactly("order 1");
        } finally {
            broker.destroy();
        }
    }
}
