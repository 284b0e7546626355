/** A web application in a servlet container of somebody else's: its probes, its requests in flight, its end. */
@NullMarked
package io.ebbtide.servlet;

import org.jspecify.annotations.NullMarked;
