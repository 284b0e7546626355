/** A web application like any other: {@code ebbtide-servlet} is a dependency of it, and no code. */
package io.ebbtide.examples.war;
