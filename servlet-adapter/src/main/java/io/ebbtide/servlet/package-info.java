/**
 * A web application in a servlet container that the application does not start: its probes, its requests in flight, its
 * end.
 */
@NullMarked
package io.ebbtide.servlet;

import org.jspecify.annotations.NullMarked;
