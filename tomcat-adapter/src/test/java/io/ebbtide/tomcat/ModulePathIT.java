package io.ebbtide.tomcat;

import io.ebbtide.testkit.contract.ModulePathContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** A service of Tomcat in a named module drains as one on the class path does. */
@Tag("extended")
final class ModulePathIT extends ModulePathContract {
    @Override
    protected ModularService service() {
        return new ModularService(
                Path.of("src", "test", "modular"),
                List.of("ebbtide-tomcat-", "tomcat-embed-core-", "tomcat-annotations-api-"),
                List.of(),
                List.of(
                        "java.desktop",
                        "java.instrument",
                        "java.logging",
                        "java.management",
                        "java.naming",
                        "java.rmi",
                        "java.security.jgss",
                        "java.sql",
                        "java.xml",
                        "jdk.unsupported"));
    }
}
