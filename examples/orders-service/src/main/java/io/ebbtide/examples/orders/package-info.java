/** The main example: an HTTP service that accepts, reads and lists orders. */
@NullMarked
package io.ebbtide.examples.orders;

import org.jspecify.annotations.NullMarked;
