/** A servlet, served by an embedded Jetty. */
@NullMarked
package io.ebbtide.examples.jetty;

import org.jspecify.annotations.NullMarked;
