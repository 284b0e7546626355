package io.ebbtide.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How many connections a pool has lent, and its maximum, for pools other than HikariCP. Immutable.
 *
 * @param active lent now
 * @param max the pool's maximum
 */
record PoolNumbers(long active, long max) {
    /*
     * Read by reflection on public methods of public types, so that none of these libraries is a dependency. Tested with the
     * versions in docs/reference/checks.md. A chain of methods is called from left
     * to right.
     */
    private record Kind(String type, List<String> active, List<String> max) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("org.apache.tomcat.jdbc.pool.DataSourceProxy", List.of("getActive"), List.of("getMaxActive")),
            new Kind("org.apache.commons.dbcp2.BasicDataSource", List.of("getNumActive"), List.of("getMaxTotal")),
            new Kind("com.alibaba.druid.pool.DruidDataSource", List.of("getActiveCount"), List.of("getMaxActive")),
            new Kind(
                    "com.mchange.v2.c3p0.AbstractComboPooledDataSource",
                    List.of("getNumBusyConnectionsDefaultUser"),
                    List.of("getMaxPoolSize")),
            new Kind(
                    "io.agroal.api.AgroalDataSource",
                    List.of("getMetrics", "activeCount"),
                    List.of("getConfiguration", "connectionPoolConfiguration", "maxSize")),
            new Kind(
                    "oracle.ucp.jdbc.PoolDataSource",
                    List.of("getBorrowedConnectionsCount"),
                    List.of("getMaxPoolSize")));

    /** Whether the pool has no further connection to lend. A pool without a limit, or without counts, is never exhausted. */
    boolean isExhausted() {
        return max > 0 && active >= max;
    }

    /** Returns the numbers of a pool at this moment; null if the data source does not report them, or fails to. */
    static @Nullable PoolNumbers of(DataSource dataSource) {
        for (Kind kind : KINDS) {
            try {
                Class<?> type = type(kind.type(), dataSource);
                Object pool = type == null ? null : as(type, dataSource);
                if (type != null && pool != null) {
                    return new PoolNumbers(number(type, pool, kind.active()), number(type, pool, kind.max()));
                }
            } catch (Exception | LinkageError | StackOverflowError e) {
                // a data source may throw anything, also from isWrapperFor with a type that it does not wrap (Oracle
                // UCP 23.9)
            }
        }
        return null;
    }

    private static @Nullable Class<?> type(String name, DataSource dataSource) {
        for (ClassLoader loader : new ClassLoader[] {
            dataSource.getClass().getClassLoader(),
            PoolNumbers.class.getClassLoader(),
            Thread.currentThread().getContextClassLoader()
        }) {
            try {
                return Class.forName(name, false, loader);
            } catch (ClassNotFoundException e) {
                // not the pool's
            }
        }
        return null;
    }

    private static @Nullable Object as(Class<?> type, DataSource dataSource) throws Exception {
        if (type.isInstance(dataSource)) {
            return dataSource;
        }
        return dataSource.isWrapperFor(type) ? dataSource.unwrap(type) : null;
    }

    private static long number(Class<?> type, Object from, List<String> chain) throws Exception {
        Class<?> declared = type;
        Object value = from;
        for (String name : chain) {
            var method = declared.getMethod(name);
            try {
                value = method.invoke(value);
            } catch (InvocationTargetException e) {
                throw new IllegalStateException(e.getCause());
            }
            declared = method.getReturnType();
        }
        return ((Number) value).longValue();
    }
}
