package io.ebbtide.jdbc;

import io.ebbtide.health.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/** Borrows, validates, gives back. */
final class DataSourceLook implements Callable<Outcome> {
    private final DataSource dataSource;
    private final Validator validator;

    DataSourceLook(DataSource dataSource, Validator validator) {
        this.dataSource = dataSource;
        this.validator = validator;
    }

    @Override
    public Outcome call() {
        try (Connection connection = dataSource.getConnection()) {
            return validator.validate(connection);
        } catch (SQLException e) {
            return SqlReason.of(e);
        }
    }
}
