package io.ebbtide.undertow;

import io.ebbtide.testkit.contract.ModulePathContract;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A service in a named module drains as one on the class path does; Undertow stays there, as its jars do not work as modules. */
final class ModulePathIT extends ModulePathContract {
    @Override
    protected ModularService service() {
        return new ModularService(
                Path.of("src", "test", "modular"),
                List.of("ebbtide-undertow-"),
                Stream.of(
                                "undertow-core-",
                                "xnio-api-",
                                "xnio-nio-",
                                "jboss-logging-",
                                "jboss-threads-",
                                "wildfly-common-",
                                "wildfly-client-config-",
                                "smallrye-common-annotation-",
                                "smallrye-common-constraint-",
                                "smallrye-common-cpu-",
                                "smallrye-common-function-")
                        .filter(System.getProperty("java.class.path")::contains) // each version brings others
                        .toList(),
                List.of("java.management", "java.naming", "java.xml", "jdk.unsupported"));
    }
}
