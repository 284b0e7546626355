/** Simulates what a Kubernetes autoscaler does with a load. */
@NullMarked
package io.ebbtide.autoscale;

import org.jspecify.annotations.NullMarked;
