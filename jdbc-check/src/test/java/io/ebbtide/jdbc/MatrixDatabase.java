package io.ebbtide.jdbc;

/**
 * A real database server, with what can happen to one. Made by {@link MatrixDatabases}; every user of it may do everything.
 * Confine to one thread.
 */
interface MatrixDatabase extends AutoCloseable {
    /** With the name of a user who may log in. */
    String url();

    /** With the name of one who may not. */
    String refusedUrl();

    /** It takes connections, as far as the kernel does that, and answers nothing. */
    void freeze();

    void thaw();

    /** As by {@code kill -9}. */
    void kill() throws Exception;

    /** Starts it at its address. */
    void restart() throws Exception;

    /**
     * Has it refuse further connections of the user beyond so many.
     *
     * @return false if it knows no such limit
     */
    boolean limit(int connections) throws Exception;

    /** Takes the limit away. */
    void noLimit() throws Exception;

    @Override
    void close() throws Exception;
}
