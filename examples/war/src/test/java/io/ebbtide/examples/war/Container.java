package io.ebbtide.examples.war;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.juli.ClassLoaderLogManager;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** A container that the test starts and stops, with the WAR at {@code /shop}. Its arguments: the WAR, a folder to work in. */
public final class Container {
    private Container() {}

    public static void main(String[] arguments) throws Exception {
        var tomcat = new Tomcat();
        Path folder = Path.of(arguments[1]).toAbsolutePath();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getHost()
                .setAppBase(Files.createDirectory(folder.resolve("webapps")).toString());
        var context = new StandardContext();
        context.setName("/shop");
        context.setPath("/shop");
        Path war = Path.of(arguments[0]).toAbsolutePath();
        context.setDocBase(war.toString());
        context.setConfigFile(
                URI.create("jar:" + war.toUri() + "!/META-INF/context.xml").toURL());
        context.setParentClassLoader(Tomcat.class.getClassLoader());
        var scanner = new StandardJarScanner();
        scanner.setScanClassPath(false);
        context.setJarScanner(scanner);
        context.addLifecycleListener(tomcat.getDefaultWebXmlListener());
        var config = new ContextConfig();
        config.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
        context.addLifecycleListener(config);
        tomcat.getHost().addChild(context);
        tomcat.getConnector();
        if (LogManager.getLogManager() instanceof ClassLoaderLogManager manager) {
            manager.setUseShutdownHook(
                    false); // as bin/catalina.sh does, or its own hook would end the log before the stop
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(tomcat)));
        tomcat.start();
        System.out.println("port=" + tomcat.getConnector().getLocalPort());
        tomcat.getServer().await();
    }

    private static void stop(Tomcat tomcat) {
        try {
            tomcat.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
