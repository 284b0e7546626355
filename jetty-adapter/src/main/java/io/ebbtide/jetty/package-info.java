/** Jetty as a traffic source. */
@NullMarked
package io.ebbtide.jetty;

import org.jspecify.annotations.NullMarked;
