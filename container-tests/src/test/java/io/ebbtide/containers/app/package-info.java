/** A web application that does not use Ebbtide, except for one servlet that reads the number of requests in flight. */
package io.ebbtide.containers.app;
