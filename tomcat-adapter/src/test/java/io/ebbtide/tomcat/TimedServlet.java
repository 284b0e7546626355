package io.ebbtide.tomcat;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Answers {@code /work/<millis>} after so many milliseconds, on a worker thread that waits. */
final class TimedServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        long millis = Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
        try {
            boolean released = NEVER.await(millis, TimeUnit.MILLISECONDS);
            response.getWriter().print(released ? "impossible" : "worked " + millis + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        }
    }
}
