package io.ebbtide.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A data source that does what a test says, and writes down what is done to its connections. Safe for use by many threads. */
final class FakeDataSource implements DataSource {
    /** Such as {@code borrow, isValid(0), close}. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    private final Callable<?> onBorrow;
    private final Callable<Boolean> onValidate;

    FakeDataSource(Callable<?> onBorrow, Callable<Boolean> onValidate) {
        this.onBorrow = onBorrow;
        this.onValidate = onValidate;
    }

    @Override
    public Connection getConnection() throws SQLException {
        calls.add("borrow");
        call(onBorrow);
        return (Connection) Proxy.newProxyInstance(
                FakeDataSource.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    if (method.getName().equals("isValid")) {
                        calls.add("isValid(" + args[0] + ")");
                        return call(onValidate);
                    }
                    calls.add(method.getName());
                    return null;
                });
    }

    private static <T> T call(Callable<T> action) throws SQLException {
        try {
            return action.call();
        } catch (SQLException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new SQLException(e);
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    /** As a data source that routes and knows no target. */
    @Override
    public <T> T unwrap(Class<T> type) {
        throw new IllegalStateException("no target");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        throw new IllegalStateException("no target");
    }
}
