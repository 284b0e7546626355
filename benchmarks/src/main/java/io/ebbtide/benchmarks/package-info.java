/** What the library costs, and how quick it is: each benchmark prints its figures beside the bounds they are held to. */
@NullMarked
package io.ebbtide.benchmarks;

import org.jspecify.annotations.NullMarked;
