package io.ebbtide.containers.app;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Answers each kind of request that a container supports. */
@WebServlet(
        urlPatterns = {
            "/slow",
            "/asynchronous",
            "/forward",
            "/include",
            "/error",
            "/throws",
            "/upload",
            "/download",
            "/asynchronous-download"
        },
        asyncSupported = true)
@MultipartConfig
public final class RequestsServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final byte[] PART = new byte[64 * 1024];
    private static final int PARTS = 5_000;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        Object included = request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH);
        switch (included == null ? request.getServletPath() : (String) included) {
            case "/slow" -> {
                String millis = request.getParameter("millis");
                sleep(millis == null ? 0 : Long.parseLong(millis));
                response.getWriter().print("slow");
            }
            case "/asynchronous" -> {
                AsyncContext async = request.startAsync();
                async.start(() -> {
                    sleep(50);
                    print(async);
                    async.complete();
                });
            }
            case "/forward" -> request.getRequestDispatcher("/slow").forward(request, response);
            case "/include" -> request.getRequestDispatcher("/slow").include(request, response);
            case "/error" -> response.sendError(418);
            case "/throws" -> throw new IllegalStateException("a servlet that fails on purpose");
            case "/upload" -> response.getWriter().print(request.getParts().size() + " part");
            case "/download" -> download(response);
            case "/asynchronous-download" -> {
                AsyncContext async = request.startAsync();
                async.setTimeout(0);
                async.start(() -> {
                    try {
                        download((HttpServletResponse) async.getResponse());
                    } catch (IOException e) {
                        // the client has gone
                    } finally {
                        async.complete();
                    }
                });
            }
            default -> throw new ServletException(request.getServletPath());
        }
    }

    private static void download(HttpServletResponse response) throws IOException {
        for (int i = 0; i < PARTS; i++) {
            response.getOutputStream().write(PART);
        }
    }

    private static void print(AsyncContext async) {
        try {
            async.getResponse().getWriter().print("asynchronous");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void sleep(long millis) {
        try {
            new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
