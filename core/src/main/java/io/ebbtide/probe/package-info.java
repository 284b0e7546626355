/** The answers to probes, rendered once for each change, at the first request after it. */
@NullMarked
package io.ebbtide.probe;

import org.jspecify.annotations.NullMarked;
