package io.ebbtide.jdbc;

import io.ebbtide.health.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/** Borrows, validates, gives back. */
final class DataSourceLook implements Callable<Outcome> {
    private final Connector connector;
    private final Validator validator;

    DataSourceLook(DataSource dataSource, Validator validator) {
        connector = new Connector(dataSource::getConnection);
        this.validator = validator;
    }

    @Override
    public Outcome call() throws InterruptedException {
        try (Connection connection = connector.connect()) {
            return validator.validate(connection);
        } catch (SQLException e) {
            return SqlReason.of(e);
        }
    }

    /** A run has taken too long. */
    void abort() {
        validator.abort();
    }

    /** The check is over. */
    void close() {
        validator.abort();
        connector.close();
    }
}
