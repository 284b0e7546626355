package io.ebbtide.spring;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.web.SpringServletContainerInitializer;

/** The application as a WAR would start it, in a Tomcat that another program has started: Boot creates no server. */
public class WarApplication extends SpringBootServletInitializer {
    /** For the servlet container. */
    public WarApplication() {}

    /** The other program. It undeploys the application when it reads a line, and ends. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("war");
        var tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        Connector connector = tomcat.getConnector();
        Context context = tomcat.addContext("", folder.toString());
        context.addServletContainerInitializer(new SpringServletContainerInitializer(), Set.of(WarApplication.class));
        tomcat.start();
        System.out.println("port=" + connector.getLocalPort());
        System.in.read();
        tomcat.stop();
        System.out.println("stopped");
        System.exit(0);
    }

    @Override
    protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
        return builder.sources(WorkApplication.class)
                .properties("spring.application.name=work", "spring.main.banner-mode=off", "ebbtide.grace=2m");
    }
}
