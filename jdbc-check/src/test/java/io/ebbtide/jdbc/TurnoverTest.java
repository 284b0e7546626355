package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.core.instrument.step.StepMeterRegistry;
import io.micrometer.core.instrument.step.StepRegistryConfig;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** Which registries say how many connections have come back. */
final class TurnoverTest {
    private static final class Pushing extends StepMeterRegistry {
        Pushing() {
            super(
                    new StepRegistryConfig() {
                        @Override
                        public String prefix() {
                            return "test";
                        }

                        @Override
                        public String get(String key) {
                            return null;
                        }
                    },
                    Clock.SYSTEM);
        }

        @Override
        protected void publish() {}

        @Override
        protected TimeUnit getBaseTimeUnit() {
            return TimeUnit.MILLISECONDS;
        }
    }

    @Test
    void registryOfTotals_says() throws Exception {
        assertThat(afterTwoUses(new SimpleMeterRegistry())).hasValue(2);
    }

    /** Two equal readings of a step's count are two empty steps, or one step read twice. */
    @Test
    void registryThatPushesSteps_doesNot() throws Exception {
        assertThat(afterTwoUses(new Pushing())).isEmpty();
    }

    @Test
    void compositeRegistry_isAskedForOneThatDoes() throws Exception {
        assertThat(afterTwoUses(new CompositeMeterRegistry(Clock.SYSTEM))).isEmpty();
        assertThat(afterTwoUses(new CompositeMeterRegistry(Clock.SYSTEM).add(new Pushing())))
                .isEmpty();
        assertThat(afterTwoUses(new CompositeMeterRegistry(Clock.SYSTEM)
                        .add(new Pushing())
                        .add(new SimpleMeterRegistry())))
                .hasValue(2);
    }

    private static OptionalLong afterTwoUses(MeterRegistry registry) throws SQLException {
        var h2 = new JdbcDataSource();
        h2.setUrl("jdbc:h2:mem:turnover");
        var config = new HikariConfig();
        config.setDataSource(h2);
        config.setMaximumPoolSize(1);
        config.setMetricRegistry(registry);
        try (var pool = new HikariDataSource(config)) {
            pool.getConnection().close();
            pool.getConnection().close();
            return new Turnover(pool).count();
        }
    }
}
