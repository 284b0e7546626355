/** The answers to probes, rendered once for each change, by whoever asks first. */
@NullMarked
package io.ebbtide.probe;

import org.jspecify.annotations.NullMarked;
