/** A servlet, served by an embedded Tomcat. */
@NullMarked
package io.ebbtide.examples.tomcat;

import org.jspecify.annotations.NullMarked;
