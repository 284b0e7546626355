package io.ebbtide.jdbc;

import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a vendor's own error code, where the SQL state is less precise or different. Immutable.
 *
 * @param reason generally understandable text
 * @param isAlive whether the code comes from a database that is alive and only overloaded
 */
record VendorCode(String reason, boolean isAlive) {
    /*
     * Sources. MySQL and MariaDB: the server error message references of both ("ER_TOO_MANY_USER_CONNECTIONS" 1203 and
     * "ER_USER_LIMIT_REACHED" 1226 bear state 42000, "ER_CON_COUNT_ERROR" 1040 bears 08004). Oracle: Database Error Messages,
     * ORA-00018, 00020, 01017, 01033, 01034, 01045, 01089, 01090, 02391, 12505, 12514, 12516 to 12520, 28000, 28001. SQL
     * Server and Azure SQL: "Database engine events and errors", and "Troubleshoot transient connection errors" (10928,
     * 10929, 10936, 40501, 40613).
     */
    static final String TOO_MANY_CONNECTIONS = "database has too many connections";

    private static final VendorCode TOO_MANY = new VendorCode(TOO_MANY_CONNECTIONS, true);
    private static final VendorCode TOO_BUSY = new VendorCode("database is out of resources", true);
    private static final VendorCode LOGIN = new VendorCode("login refused", false);
    private static final VendorCode NO_DATABASE = new VendorCode("no such database, or no permission for it", false);
    private static final VendorCode STOPPING = new VendorCode("database is shutting down", false);
    private static final VendorCode NOT_OPEN = new VendorCode("database accepts no connections now", false);
    private static final VendorCode HOST = new VendorCode("database has blocked this host", false);

    private static final Map<Integer, VendorCode> MYSQL = Map.of(
            1040, TOO_MANY,
            1203, TOO_MANY,
            1226, TOO_MANY,
            1044, NO_DATABASE,
            1049, NO_DATABASE,
            1045, LOGIN,
            1053, STOPPING,
            1129, HOST);
    private static final Map<Integer, VendorCode> ORACLE = Map.ofEntries(
            Map.entry(18, TOO_MANY),
            Map.entry(20, TOO_MANY),
            Map.entry(2391, TOO_MANY),
            Map.entry(12516, TOO_MANY),
            Map.entry(12518, TOO_MANY),
            Map.entry(12519, TOO_MANY),
            Map.entry(12520, TOO_MANY),
            Map.entry(1017, LOGIN),
            Map.entry(1045, LOGIN),
            Map.entry(28000, LOGIN),
            Map.entry(28001, LOGIN),
            Map.entry(12505, NO_DATABASE),
            Map.entry(12514, NO_DATABASE),
            Map.entry(1033, NOT_OPEN),
            Map.entry(1034, NOT_OPEN),
            Map.entry(1089, STOPPING),
            Map.entry(1090, STOPPING));
    private static final Map<Integer, VendorCode> SQL_SERVER = Map.of(
            17809, TOO_MANY,
            10928, TOO_BUSY,
            10929, TOO_BUSY,
            10936, TOO_BUSY,
            40501, TOO_BUSY,
            4060, NO_DATABASE,
            18456, LOGIN,
            40613, NOT_OPEN,
            17142, NOT_OPEN,
            6005, STOPPING);

    private static final Map<String, Map<Integer, VendorCode>> BY_DRIVER = Map.of(
            "org.mariadb.", MYSQL,
            "com.mysql.", MYSQL,
            "oracle.", ORACLE,
            "com.microsoft.", SQL_SERVER);

    /** Drivers throw their own exceptions or the JDK's, so the first frames identify the driver. */
    private static final int FRAMES = 16;

    /** Returns the meaning of an exception's code; null if its driver is not known, or the code adds nothing to the state. */
    static @Nullable VendorCode of(SQLException failure) {
        Map<Integer, VendorCode> codes = codes(failure.getClass().getName());
        StackTraceElement[] stack = failure.getStackTrace();
        for (int i = 0; codes == null && i < Math.min(FRAMES, stack.length); i++) {
            codes = codes(stack[i].getClassName());
        }
        return codes == null ? null : codes.get(failure.getErrorCode());
    }

    private static @Nullable Map<Integer, VendorCode> codes(String className) {
        for (Map.Entry<String, Map<Integer, VendorCode>> driver : BY_DRIVER.entrySet()) {
            if (className.startsWith(driver.getKey())) {
                return driver.getValue();
            }
        }
        return null;
    }
}
