/** From the start to the end of a service: states, components, traffic, the grace budget, the shutdown, the process. */
@NullMarked
package io.ebbtide.lifecycle;

import org.jspecify.annotations.NullMarked;
