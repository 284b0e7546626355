/** What the library costs. Each benchmark is a main class that prints what it measured. */
@NullMarked
package io.ebbtide.benchmarks;

import org.jspecify.annotations.NullMarked;
