/** The entry point: {@link io.ebbtide.Ebbtide}, its builder and its settings. */
@NullMarked
package io.ebbtide;

import org.jspecify.annotations.NullMarked;
