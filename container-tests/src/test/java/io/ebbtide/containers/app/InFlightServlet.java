package io.ebbtide.containers.app;

import io.ebbtide.Ebbtide;
import io.ebbtide.inflight.WorkKind;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** How many requests are in flight besides this one; with {@code ?total} how many were admitted before it. */
@WebServlet("/in-flight")
public final class InFlightServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var service = (Ebbtide) getServletContext().getAttribute(Ebbtide.class.getName());
        boolean total = request.getParameter("total") != null;
        response.getWriter()
                .print((total
                                ? service.inFlight().total(WorkKind.REQUEST)
                                : service.inFlight().count())
                        - 1);
    }
}
