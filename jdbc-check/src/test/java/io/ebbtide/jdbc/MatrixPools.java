package io.ebbtide.jdbc;

import com.p6spy.engine.spy.P6DataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** The pools of the matrix, by what they are called there: HikariCP, the others, and what people wrap around a pool. */
final class MatrixPools {
    /** A pool of two connections. */
    @FunctionalInterface
    interface Opener {
        Opened open(String url) throws Exception;
    }

    /** @param pool to be closed */
    record Opened(DataSource source, AutoCloseable pool) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            pool.close();
        }
    }

    private MatrixPools() {}

    /** Wrappers pass everything on, whatever the database: they are tried with one. */
    static Map<String, Opener> of(MatrixDatabases database) {
        var all = new LinkedHashMap<String, Opener>();
        all.put("HikariCP", hikari(source -> source));
        for (OtherPool each : OtherPool.values()) {
            all.put(each.title(), url -> {
                DataSource source = each.open(url);
                return new Opened(source, () -> each.close(source));
            });
        }
        if (database != MatrixDatabases.POSTGRES) {
            return all;
        }
        all.put("HikariCP in Spring's `LazyConnectionDataSourceProxy`", hikari(LazyConnectionDataSourceProxy::new));
        all.put("in `TransactionAwareDataSourceProxy`", hikari(TransactionAwareDataSourceProxy::new));
        all.put("in `DelegatingDataSource`", hikari(DelegatingDataSource::new));
        all.put("in `AbstractRoutingDataSource`", hikari(MatrixPools::routed));
        all.put("in p6spy's `P6DataSource`", hikari(P6DataSource::new));
        all.put(
                "in datasource-proxy, as datasource-micrometer does",
                hikari(source -> ProxyDataSourceBuilder.create(source).build()));
        return all;
    }

    private static Opener hikari(UnaryOperator<DataSource> wrapped) {
        return url -> {
            var config = new HikariConfig();
            config.setJdbcUrl(url);
            config.setMaximumPoolSize(OtherPool.SIZE);
            config.setConnectionTimeout(20_000);
            config.setInitializationFailTimeout(-1); // as a service has it that starts without its database
            var pool = new HikariDataSource(config);
            return new Opened(wrapped.apply(pool), pool);
        };
    }

    private static DataSource routed(DataSource target) {
        var routing = new AbstractRoutingDataSource() {
            @Override
            protected Object determineCurrentLookupKey() {
                return "only";
            }
        };
        routing.setTargetDataSources(Map.of("only", target));
        routing.setDefaultTargetDataSource(target);
        routing.afterPropertiesSet();
        return routing;
    }
}
