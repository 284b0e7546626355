/** Tomcat as a traffic source. */
@NullMarked
package io.ebbtide.tomcat;

import org.jspecify.annotations.NullMarked;
