/** The parts of a web application that is not ours. */
package io.ebbtide.servlet.war;
