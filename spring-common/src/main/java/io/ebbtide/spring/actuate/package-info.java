/** The endpoint of Actuator that shows a service, and its meters. */
@NullMarked
package io.ebbtide.spring.actuate;

import org.jspecify.annotations.NullMarked;
