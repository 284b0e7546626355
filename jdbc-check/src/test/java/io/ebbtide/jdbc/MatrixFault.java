package io.ebbtide.jdbc;

/** What happens to a database in the matrix. */
enum MatrixFault {
    FROZEN("frozen for a while"),
    KILLED("killed, and back later"),
    REPLACED("replaced at its address"),
    REFUSED("refuses the login"),
    LIMIT("no free connection, pool busy");

    private final String title;

    MatrixFault(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
