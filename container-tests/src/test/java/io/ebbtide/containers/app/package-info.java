/** A web application that knows nothing of Ebbtide, but for one servlet that looks at what is in flight. */
package io.ebbtide.containers.app;
