package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A Tomcat with one connector more, which cannot be drained: a warning names it, and the other one is drained. */
@Tag("extended") // slow, and seldom concerned
public abstract class OtherConnectorContract {
    private final Class<?> main;

    /** @param main starts the application on Tomcat with a connector for AJP beside that for HTTP */
    protected OtherConnectorContract(Class<?> main) {
        this.main = main;
    }

    @Test
    final void connectorForAjp_isWarnedOfOnce_andThatForHttpIsDrained() throws Exception {
        try (ServiceProcess process = JavaLauncher.of(main)
                .arguments("--ebbtide.management-port=0", "--ebbtide.lame-duck=0s", "--spring.main.banner-mode=off")
                .start()) {
            int port = process.awaitPort();
            process.awaitLine("'work' is RUNNING", ServerContract.SOON);
            CompletableFuture<?> answer = ServerContract.send(port, "/work/2000")
                    .thenAccept(response -> assertThat(response.status()).isEqualTo(200));
            process.awaitLine("working for 2000 ms", ServerContract.SOON);
            process.signal("TERM");

            answer.get(ServerContract.SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(process.awaitExit(ServerContract.SOON).code())
                    .as(process::output)
                    .isZero();
            assertThat(process.report().get("inFlightAtSignal").asInt()).isOne();
            assertThat(process.output().lines().filter(line -> line.contains("cannot drain")))
                    .singleElement()
                    .asString()
                    .contains(" WARN ", "'work' cannot drain ", "Ajp");
        }
    }
}
