package io.ebbtide.servlet.war;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A servlet of a web application that knows nothing of Ebbtide: {@code /slow?millis=300}. */
@WebServlet("/slow")
public final class SlowServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String millis = request.getParameter("millis");
        try {
            if (millis != null) {
                new CountDownLatch(1).await(Long.parseLong(millis), TimeUnit.MILLISECONDS);
            }
            response.getWriter().print("slow");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
