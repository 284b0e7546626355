package io.ebbtide.examples.orders;

import io.ebbtide.health.Evidence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** Stores orders in PostgreSQL. Reports each success as evidence that the database is healthy. */
final class PostgresStore implements OrderStore {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private final DataSource dataSource;
    private final Evidence evidence;

    PostgresStore(DataSource dataSource, Evidence evidence) {
        this.dataSource = dataSource;
        this.evidence = evidence;
    }

    /** Creates the table if it does not exist; waits for a database that is not reachable yet. */
    @Override
    public void prepare() throws InterruptedException {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                query(
                        "CREATE TABLE IF NOT EXISTS orders (id bigserial PRIMARY KEY, item text NOT NULL,"
                                + " quantity integer NOT NULL, at timestamptz NOT NULL DEFAULT now())",
                        PreparedStatement::execute);
                return;
            } catch (StoreUnavailable e) {
                if (NEVER.await(500, TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("unreachable", e);
                }
            }
        }
        throw new InterruptedException("shut down before the database was available");
    }

    /** Once this returns, the order is committed. */
    @Override
    public Order create(NewOrder order) {
        return query(
                "INSERT INTO orders (item, quantity) VALUES (?, ?) RETURNING id, item, quantity, at", statement -> {
                    statement.setString(1, order.item());
                    statement.setInt(2, order.quantity());
                    return all(statement).get(0);
                });
    }

    @Override
    public Optional<Order> find(long id) {
        return query("SELECT id, item, quantity, at FROM orders WHERE id = ?", statement -> {
            statement.setLong(1, id);
            return all(statement).stream().findFirst();
        });
    }

    @Override
    public List<Order> latest(int limit) {
        return query("SELECT id, item, quantity, at FROM orders ORDER BY id DESC LIMIT ?", statement -> {
            statement.setInt(1, limit);
            return all(statement);
        });
    }

    @FunctionalInterface
    private interface Work<T> {
        T on(PreparedStatement statement) throws SQLException;
    }

    private <T> T query(String sql, Work<T> work) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            T result = work.on(statement);
            evidence.succeeded();
            return result;
        } catch (SQLException e) {
            throw new StoreUnavailable(e);
        }
    }

    private static List<Order> all(PreparedStatement statement) throws SQLException {
        var orders = new ArrayList<Order>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                orders.add(new Order(
                        rows.getLong("id"),
                        rows.getString("item"),
                        rows.getInt("quantity"),
                        rows.getObject("at", OffsetDateTime.class).toInstant()));
            }
        }
        return orders;
    }
}
