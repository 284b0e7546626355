package io.ebbtide.servlet;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** What a web application sees of the class path of these tests: the container, and nothing of ours. */
final class ContainerLoader extends ClassLoader {
    private static final List<String> CONTAINERS = List.of(
            "jakarta.",
            "org.apache.catalina.",
            "org.apache.coyote.",
            "org.apache.juli.",
            "org.apache.naming.",
            "org.apache.tomcat.",
            "org.eclipse.jetty.");

    ContainerLoader() {
        super(ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (CONTAINERS.stream().anyMatch(name::startsWith)) {
            return ContainerLoader.class.getClassLoader().loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }

    @Override
    protected URL findResource(String name) {
        return isContainers(name) ? ContainerLoader.class.getClassLoader().getResource(name) : null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
        return isContainers(name)
                ? ContainerLoader.class.getClassLoader().getResources(name)
                : Collections.emptyEnumeration();
    }

    private static boolean isContainers(String name) {
        return CONTAINERS.stream().anyMatch(name.replace('/', '.')::startsWith);
    }
}
