/** The example: a service over HTTP that takes, reads and lists orders. */
@NullMarked
package io.ebbtide.examples.orders;

import org.jspecify.annotations.NullMarked;
