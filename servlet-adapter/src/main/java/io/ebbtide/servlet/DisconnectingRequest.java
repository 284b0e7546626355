package io.ebbtide.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** Makes a request that is kept open use the response that asks its client to disconnect. Confined to one request. */
final class DisconnectingRequest extends HttpServletRequestWrapper {
    private final DisconnectingResponse response;

    DisconnectingRequest(HttpServletRequest request, DisconnectingResponse response) {
        super(request);
        this.response = response;
    }

    /** The default would use the container's own response (Servlet 6.0, {@code ServletRequest.startAsync}). */
    @Override
    public AsyncContext startAsync() {
        return getRequest().startAsync(this, response);
    }
}
