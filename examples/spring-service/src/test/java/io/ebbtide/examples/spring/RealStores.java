package io.ebbtide.examples.spring;

import io.ebbtide.jdbc.RealPostgres;
import io.ebbtide.redis.RealRedis;
import io.ebbtide.testkit.JavaLauncher;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A real PostgreSQL and a real Redis on loopback for one test class. Confine to one thread. */
record RealStores(RealPostgres postgres, RealRedis redis) implements AutoCloseable {
    static RealStores start() {
        RealPostgres postgres = RealPostgres.start();
        try {
            return new RealStores(postgres, RealRedis.start());
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    /** Launches a main class on these stores and free ports, as in a pod whose grace is a minute. */
    JavaLauncher launcher(Class<?> main) {
        return on(JavaLauncher.of(main));
    }

    /** Completes a launcher in the same way. */
    JavaLauncher on(JavaLauncher launcher) {
        return launcher.arguments("--server.port=0", "--spring.main.banner-mode=off")
                .environment("SPRING_DATASOURCE_URL", postgres.jdbcUrl())
                .environment("SPRING_DATA_REDIS_URL", redis.uri())
                .environment("EBBTIDE_GRACE", "60s")
                .environment("EBBTIDE_LAME_DUCK", "15s"); // as derived under Kubernetes
    }

    /** The number of stored orders for which a condition holds. */
    long orders(String condition) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM orders WHERE " + condition)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() {
        try (postgres) {
            redis.close();
        }
    }
}
