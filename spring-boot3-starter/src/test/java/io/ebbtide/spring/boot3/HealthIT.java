package io.ebbtide.spring.boot3;

import io.ebbtide.spring.HealthContract;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthContributorRegistry;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.ReactiveHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import reactor.core.publisher.Mono;

/** The contract, with the health indicators of Spring Boot 3.5. */
final class HealthIT extends HealthContract {
    HealthIT() {
        super(Indicators.class);
    }

    /** The indicators of an application. */
    @Configuration(proxyBeanMethods = false)
    static class Indicators {
        @Bean
        HealthIndicator blocksHealthIndicator() {
            return () -> {
                block();
                return Health.up().build();
            };
        }

        @Bean
        HealthIndicator throwsHealthIndicator() {
            return () -> {
                throw new StackOverflowError("planned");
            };
        }

        @Bean
        HealthContributor partsHealthContributor() {
            Map<String, HealthIndicator> parts = new LinkedHashMap<>();
            parts.put("first", () -> {
                ran();
                return Health.up().withDetail("seen", 1).build();
            });
            parts.put("second", () -> Health.down().withDetail("seen", 2).build());
            return CompositeHealthContributor.fromMap(parts);
        }

        @Bean
        ReactiveHealthIndicator reactiveHealthIndicator() {
            return () -> Mono.fromSupplier(() -> {
                ran();
                return Health.up().withDetail("seen", 3).build();
            });
        }

        @Bean
        @Lazy
        Late late(HealthContributorRegistry registry) {
            return new Late() {
                @Override
                public void register() {
                    registry.registerContributor("late", (HealthIndicator) () -> {
                        ran();
                        return Health.down().withDetail("seen", 4).build();
                    });
                }

                @Override
                public void registerStuck() {
                    registry.registerContributor("stuck", (HealthIndicator) () -> {
                        block();
                        return Health.up().build();
                    });
                }

                @Override
                public void unregister() {
                    registry.unregisterContributor("late");
                }
            };
        }
    }
}
