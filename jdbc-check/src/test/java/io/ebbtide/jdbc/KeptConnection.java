package io.ebbtide.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.postgresql.core.TransactionState;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PgConnection;

/** A pool of one connection without autocommit that, unlike HikariCP, rolls nothing back when it is returned. */
final class KeptConnection extends PGSimpleDataSource {
    private static final long serialVersionUID = 1;

    private final transient Connection connection;

    KeptConnection(String url) throws SQLException {
        connection = DriverManager.getConnection(url);
        connection.setAutoCommit(false);
    }

    @Override
    public Connection getConnection() {
        return (Connection) Proxy.newProxyInstance(
                KeptConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("close") ? null : method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    boolean isInTransaction() throws SQLException {
        return connection.unwrap(PgConnection.class).getTransactionState() != TransactionState.IDLE;
    }

    void end() throws SQLException {
        connection.close();
    }
}
