/** An ordinary web application: it depends on {@code ebbtide-servlet}, but has no code for it. */
package io.ebbtide.examples.war;
