/** A check of any {@code DataSource}, with special support for HikariCP. */
@NullMarked
package io.ebbtide.jdbc;

import org.jspecify.annotations.NullMarked;
