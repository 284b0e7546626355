package example.orders;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.Ebbtide;
import io.ebbtide.jdbc.JdbcCheck;
import io.ebbtide.jdbc.JdbcComponent;

/** Compiled and started by ModulePathIT. */
public final class Orders {
    private Orders() {}

    public static void main(String[] arguments) {
        var configuration = new HikariConfig();
        configuration.setJdbcUrl("jdbc:h2:mem:orders");
        var pool = new HikariDataSource(configuration);
        Ebbtide.builder("orders")
                .component("pool", JdbcComponent.closing(pool))
                .readiness("db", JdbcCheck.of(pool))
                .run();
    }
}
