package io.ebbtide.examples.spring;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Orders in PostgreSQL; {@code schema.sql} creates the table. Safe for use by many threads. */
@Repository
class OrderStore {
    private final JdbcClient jdbc;

    OrderStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Once this returns, the order is committed. */
    Order create(String item, int quantity) {
        return jdbc.sql("INSERT INTO orders (item, quantity) VALUES (?, ?) RETURNING id, item, quantity, at")
                .params(item, quantity)
                .query(OrderStore::order)
                .single();
    }

    Optional<Order> find(long id) {
        return jdbc.sql("SELECT id, item, quantity, at FROM orders WHERE id = ?")
                .param(id)
                .query(OrderStore::order)
                .optional();
    }

    void confirm(long id) {
        jdbc.sql("UPDATE orders SET confirmed = now() WHERE id = ? AND confirmed IS NULL")
                .param(id)
                .update();
    }

    /** Confirms the orders that are older; returns how many. */
    int confirmOlderThan(Duration age) {
        return jdbc.sql("UPDATE orders SET confirmed = now()"
                        + " WHERE confirmed IS NULL AND at < now() - make_interval(secs => ?)")
                .param(age.toSeconds())
                .update();
    }

    private static Order order(ResultSet row, int number) throws SQLException {
        return new Order(
                row.getLong("id"),
                row.getString("item"),
                row.getInt("quantity"),
                row.getObject("at", OffsetDateTime.class).toInstant());
    }
}
