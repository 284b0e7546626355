package io.ebbtide.containers.app;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * A {@code main} that embeds Undertow's servlets as many do: it deploys by hand, and its shutdown hook stops the deployment before the
 * port. Arguments: the port, the folder of an unpacked web application, whose classes are on the class path.
 */
public final class EmbeddedUndertow {
    private EmbeddedUndertow() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        DeploymentInfo application = Servlets.deployment()
                .setClassLoader(EmbeddedUndertow.class.getClassLoader())
                .setContextPath("/orders")
                .setDisplayName("orders")
                .setDeploymentName("orders.war")
                .setResourceManager(new PathResourceManager(folder))
                .addWelcomePage("index.html")
                .addServlet(Servlets.servlet("requests", RequestsServlet.class)
                        .addMappings(RequestsServlet.class
                                .getAnnotation(WebServlet.class)
                                .urlPatterns())
                        .setMultipartConfig(new MultipartConfigElement(""))
                        .setAsyncSupported(true))
                .addFilter(Servlets.filter("pass", PassFilter.class).setAsyncSupported(true))
                .addFilterUrlMapping("pass", "/*", DispatcherType.REQUEST);
        for (ServletContainerInitializer each : ServiceLoader.load(ServletContainerInitializer.class)) {
            application.addServletContainerInitializer(new ServletContainerInitializerInfo(
                    each.getClass(), new ImmediateInstanceFactory<>(each), Set.of()));
            application.addServlet(
                    Servlets.servlet("in-flight", InFlightServlet.class).addMapping("/in-flight"));
        }
        addParameters(application, folder.resolve("WEB-INF/web.xml"));

        DeploymentManager deployment = Servlets.defaultContainer().addDeployment(application);
        deployment.deploy();
        Undertow server = Undertow.builder()
                .addHttpListener(Integer.parseInt(arguments[0]), "127.0.0.1")
                .setWorkerThreads(64)
                .setHandler(Handlers.path().addPrefixPath("/orders", deployment.start()))
                .build();
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                deployment.stop();
                deployment.undeploy();
            } catch (ServletException e) {
                throw new IllegalStateException(e);
            } finally {
                server.stop();
            }
        }));
    }

    private static void addParameters(DeploymentInfo application, Path webXml) throws Exception {
        if (!Files.exists(webXml)) {
            return;
        }
        NodeList parameters = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(webXml.toFile())
                .getElementsByTagName("context-param");
        for (int i = 0; i < parameters.getLength(); i++) {
            var parameter = (Element) parameters.item(i);
            application.addInitParameter(text(parameter, "param-name"), text(parameter, "param-value"));
        }
    }

    private static String text(Element element, String name) throws IOException {
        return element.getElementsByTagName(name).item(0).getTextContent();
    }
}
