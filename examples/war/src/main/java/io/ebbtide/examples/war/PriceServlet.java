package io.ebbtide.examples.war;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A slow lookup of a shop's prices: {@code /price?item=tea}. It contains no code of Ebbtide; deploy the WAR, request
 * {@code /shop/health}, and undeploy it during a lookup of a price.
 */
@WebServlet("/price")
public final class PriceServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final long LOOK_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String item = request.getParameter("item");
        if (item == null || item.isBlank()) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "item: missing (expected: the name of an item)");
            return;
        }
        LockSupport.parkNanos(LOOK_UP_NANOS);
        response.setContentType("application/json");
        response.getWriter().printf("{\"cents\":%d}", Math.floorMod(item.hashCode(), 10_000));
    }
}
