/** What a web application of somebody else's consists of. */
package io.ebbtide.servlet.war;
