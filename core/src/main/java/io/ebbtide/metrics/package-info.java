/** The meters of a service: views of counters that exist anyway. */
@NullMarked
package io.ebbtide.metrics;

import org.jspecify.annotations.NullMarked;
