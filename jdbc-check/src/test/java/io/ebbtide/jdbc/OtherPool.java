package io.ebbtide.jdbc;

import com.alibaba.druid.pool.DruidDataSource;
import com.mchange.v2.c3p0.ComboPooledDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.DriverManager;
import java.time.Duration;
import javax.sql.DataSource;
import oracle.ucp.admin.UniversalConnectionPoolManagerImpl;
import oracle.ucp.jdbc.PoolDataSource;
import oracle.ucp.jdbc.PoolDataSourceFactory;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;

/** The pools that people use beside HikariCP, with two connections each, as they are without further configuration. */
enum OtherPool {
    TOMCAT("tomcat-jdbc") {
        @Override
        DataSource open(String url) {
            var properties = new PoolProperties();
            properties.setUrl(url);
            properties.setMaxActive(SIZE);
            properties.setInitialSize(SIZE);
            return new org.apache.tomcat.jdbc.pool.DataSource(properties);
        }

        @Override
        void close(DataSource pool) {
            ((org.apache.tomcat.jdbc.pool.DataSource) pool).close(true);
        }
    },
    DBCP2("DBCP 2") {
        @Override
        DataSource open(String url) {
            var pool = new BasicDataSource();
            pool.setUrl(url);
            pool.setMaxTotal(SIZE);
            pool.setInitialSize(SIZE);
            return pool;
        }

        @Override
        void close(DataSource pool) throws Exception {
            ((BasicDataSource) pool).close();
        }
    },
    DRUID("Druid") {
        @Override
        DataSource open(String url) {
            var pool = new DruidDataSource();
            pool.setUrl(url);
            pool.setMaxActive(SIZE);
            pool.setInitialSize(SIZE);
            pool.setMinIdle(SIZE);
            return pool;
        }

        @Override
        void close(DataSource pool) {
            ((DruidDataSource) pool).close();
        }
    },
    C3P0("c3p0") {
        @Override
        DataSource open(String url) {
            var pool = new ComboPooledDataSource();
            pool.setJdbcUrl(url);
            pool.setMinPoolSize(SIZE);
            pool.setInitialPoolSize(SIZE);
            pool.setMaxPoolSize(SIZE);
            return pool;
        }

        @Override
        void close(DataSource pool) {
            ((ComboPooledDataSource) pool).close();
        }
    },
    AGROAL("Agroal") {
        @Override
        DataSource open(String url) throws Exception {
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .metricsEnabled(true)
                    .connectionPoolConfiguration(pool -> pool.initialSize(SIZE)
                            .minSize(SIZE)
                            .maxSize(SIZE)
                            .acquisitionTimeout(Duration.ofSeconds(60))
                            .connectionFactoryConfiguration(connections -> connections.jdbcUrl(url))));
        }

        @Override
        void close(DataSource pool) {
            ((AgroalDataSource) pool).close();
        }
    },
    UCP("Oracle UCP") {
        @Override
        DataSource open(String url) throws Exception {
            PoolDataSource pool = PoolDataSourceFactory.getPoolDataSource();
            pool.setConnectionFactoryClassName(
                    DriverManager.getDriver(url).getClass().getName());
            pool.setURL(url);
            pool.setInitialPoolSize(SIZE);
            pool.setMinPoolSize(SIZE);
            pool.setMaxPoolSize(SIZE);
            return pool;
        }

        @Override
        void close(DataSource pool) throws Exception {
            UniversalConnectionPoolManagerImpl.getUniversalConnectionPoolManager()
                    .destroyConnectionPool(((PoolDataSource) pool).getConnectionPoolName());
        }
    };

    static final int SIZE = 2;

    private final String title;

    OtherPool(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    abstract DataSource open(String url) throws Exception;

    abstract void close(DataSource pool) throws Exception;
}
