/** Simulates how a Kubernetes autoscaler reacts to a load. */
@NullMarked
package io.ebbtide.autoscale;

import org.jspecify.annotations.NullMarked;
