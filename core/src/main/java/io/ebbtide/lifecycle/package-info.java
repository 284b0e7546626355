/** The states of a service, and the parts that it starts and stops. */
@NullMarked
package io.ebbtide.lifecycle;

import org.jspecify.annotations.NullMarked;
