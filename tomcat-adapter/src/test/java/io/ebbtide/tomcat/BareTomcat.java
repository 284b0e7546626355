package io.ebbtide.tomcat;

import io.ebbtide.testkit.contract.BareServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** Tomcat as {@link TomcatSource#http} configures it, without the gate. */
final class BareTomcat {
    private BareTomcat() {}

    static BareServer start(Consumer<Context> application, int workers) throws Exception {
        TomcatLog.quieten();
        var tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory(Path.of("target").toAbsolutePath(), "bare")
                .toString());
        var connector = new Connector();
        connector.setPort(0);
        connector.setThrowOnFailure(true);
        connector.setProperty("maxThreads", Integer.toString(workers));
        connector.setProperty("minSpareThreads", Integer.toString(workers));
        connector.setProperty("maxKeepAliveRequests", "-1");
        connector.setProperty("keepAliveTimeout", "75000");
        connector.setProperty("useSendfile", "false");
        tomcat.setConnector(connector);
        application.accept(tomcat.addContext("", null));
        tomcat.start();
        return new BareServer(connector.getLocalPort(), () -> {
            tomcat.stop();
            tomcat.destroy();
        });
    }
}
