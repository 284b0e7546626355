/** Orders, as an application of Spring Boot: no class of it refers to Ebbtide. */
@NullMarked
package io.ebbtide.examples.spring;

import org.jspecify.annotations.NullMarked;
