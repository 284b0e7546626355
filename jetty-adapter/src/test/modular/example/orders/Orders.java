package example.orders;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.Check;
import io.ebbtide.jetty.JettySource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Compiled and started by ModulePathIT. */
public final class Orders {
    private Orders() {}

    public static void main(String[] arguments) {
        var source = JettySource.http(0, new OrdersHandler());
        Ebbtide.builder("orders")
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(2))
                        .withLameDuck(Duration.ofSeconds(2))
                        .withLameDuckRules(LameDuckRules.defaults().withPolicy(LameDuckPolicy.FIXED)))
                .serve(source)
                .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                .liveness("deadlock", Check.deadlock())
                .readiness("heap", Check.heapAfterCollection(95))
                .management(0)
                .run();
    }

    /** Answers each request. */
    static final class OrdersHandler extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.write(true, ByteBuffer.wrap("[]".getBytes(StandardCharsets.UTF_8)), callback);
            return true;
        }
    }
}
