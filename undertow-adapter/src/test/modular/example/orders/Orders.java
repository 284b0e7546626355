package example.orders;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.Check;
import io.ebbtide.undertow.UndertowSource;
import java.time.Duration;

/** Compiled and started by ModulePathIT. */
public final class Orders {
    private Orders() {}

    public static void main(String[] arguments) {
        var source =
                UndertowSource.http(0, exchange -> exchange.getResponseSender().send("[]"));
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
}
