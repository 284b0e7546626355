package io.ebbtide.jdbc;

import com.alibaba.druid.pool.DruidDataSource;
import com.mchange.v2.c3p0.ComboPooledDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;

/** The pools that people use beside HikariCP, with two connections each, as they are without further configuration. */
enum OtherPool {
    TOMCAT {
        @Override
        DataSource open(String url) {
            var properties = new PoolProperties();
            properties.setUrl(url);
            properties.setDriverClassName("org.postgresql.Driver");
            properties.setMaxActive(SIZE);
            properties.setInitialSize(SIZE);
            return new org.apache.tomcat.jdbc.pool.DataSource(properties);
        }

        @Override
        void close(DataSource pool) {
            ((org.apache.tomcat.jdbc.pool.DataSource) pool).close(true);
        }
    },
    DBCP2 {
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
    DRUID {
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
    C3P0 {
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
    AGROAL {
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
    };

    static final int SIZE = 2;

    abstract DataSource open(String url) throws Exception;

    abstract void close(DataSource pool) throws Exception;
}
