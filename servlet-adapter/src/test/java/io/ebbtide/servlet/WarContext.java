package io.ebbtide.servlet;

import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Deploys a WAR as {@code Tomcat.addWebapp} does, but without the class path of these tests. */
final class WarContext {
    private WarContext() {}

    /** A context to be added to the host of a Tomcat. */
    static StandardContext of(Tomcat tomcat, String path, String war) {
        var context = new StandardContext();
        context.setName(path);
        context.setPath(path);
        context.setDocBase(war);
        context.setParentClassLoader(new ContainerLoader());
        var scanner = new StandardJarScanner();
        scanner.setScanClassPath(false);
        context.setJarScanner(scanner);
        var config = new ContextConfig();
        config.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
        context.addLifecycleListener(tomcat.getDefaultWebXmlListener());
        context.addLifecycleListener(config);
        return context;
    }
}
