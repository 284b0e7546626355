/** Undertow as a traffic source. */
@NullMarked
package io.ebbtide.undertow;

import org.jspecify.annotations.NullMarked;
