/** A check of any {@code DataSource}; HikariCP understood. */
@NullMarked
package io.ebbtide.jdbc;

import org.jspecify.annotations.NullMarked;
