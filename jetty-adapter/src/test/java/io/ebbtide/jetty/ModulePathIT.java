package io.ebbtide.jetty;

import io.ebbtide.testkit.contract.ModulePathContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A service of Jetty in a named module drains as one on the class path does. */
@Tag("extended")
final class ModulePathIT extends ModulePathContract {
    /** In each build, for all adapters. */
    @Test
    @Override
    protected void javaM_onARuntimeImage_underLoad_drainsWithReportAndExitCode0() throws Exception {
        super.javaM_onARuntimeImage_underLoad_drainsWithReportAndExitCode0();
    }

    @Override
    protected ModularService service() {
        return new ModularService(
                Path.of("src", "test", "modular"),
                List.of("ebbtide-jetty-", "jetty-server-", "jetty-http-", "jetty-io-", "jetty-util-"),
                List.of(),
                List.of("java.management", "java.naming", "java.xml", "jdk.unsupported"));
    }
}
