/** Measures the cost and the speed of the library: each benchmark prints its figures beside their bounds. */
@NullMarked
package io.ebbtide.benchmarks;

import org.jspecify.annotations.NullMarked;
