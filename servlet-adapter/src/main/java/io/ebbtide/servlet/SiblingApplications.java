package io.ebbtide.servlet;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.JMException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import org.jspecify.annotations.Nullable;

/**
 * Reaches the other web applications of this process that contain this library, each with its own copy of the classes. They find each
 * other as {@code io.ebbtide:type=WebApplication} in the platform MBean server. Safe for use by many threads.
 */
final class SiblingApplications {
    private static final String DOMAIN = "io.ebbtide";
    private static final String SIGTERM = DOMAIN + ":type=SigtermHandler";
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final Application application;
    private @Nullable ObjectName name;

    /** The operations that one application offers to its siblings. None of them throws. */
    interface Application {
        /** Begins to shut down without a lame duck, because the process ends. Does not block. */
        void processEnds();

        /** Shuts down with a lame duck if it is configured to handle SIGTERM. Blocks until the service is stopped. */
        void shutDown();

        /** Installs the handler of SIGTERM for all siblings, if configured to. Returns whether it is installed. */
        boolean installSigtermHandler();
    }

    SiblingApplications(Application application) {
        this.application = application;
    }

    /** Makes this application visible to its siblings. */
    void register(String service) throws JMException {
        String id = System.identityHashCode(SiblingApplications.class) + "-" + NEXT.incrementAndGet();
        var wanted = new ObjectName(DOMAIN + ":type=WebApplication,service=" + ObjectName.quote(service) + ",id=" + id);
        name = server.registerMBean(new Bean(application), wanted).getObjectName();
    }

    /** Removes this application. A second call does nothing. */
    void unregister() {
        ObjectName mine = name;
        name = null;
        if (mine != null) {
            try {
                server.unregisterMBean(mine);
            } catch (JMException e) {
                // already removed
            }
        }
    }

    /** Notifies all applications, this one included, that the process ends. Does not block. */
    void processEndsForAll() {
        for (ObjectName each : all()) {
            invoke(each, "processEnds");
        }
    }

    /** Shuts all applications down at the same time, this one included; blocks until all are stopped. */
    void shutDownAll() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (ObjectName each : all()) {
            var thread = new Thread(() -> invoke(each, "shutDown"), "ebbtide-sigterm");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        for (Thread each : threads) {
            each.join();
        }
    }

    /** Claims the handler of SIGTERM for this application. Returns false if a sibling has it. */
    boolean claimSigterm() {
        try {
            server.registerMBean(new Bean(application), new ObjectName(SIGTERM));
            return true;
        } catch (JMException e) {
            return false;
        }
    }

    /** Releases the claim. */
    void releaseSigterm() {
        try {
            server.unregisterMBean(new ObjectName(SIGTERM));
        } catch (JMException e) {
            // already removed
        }
    }

    /** Makes one of the siblings install the handler of SIGTERM. */
    void handOverSigterm() {
        for (ObjectName each : all()) {
            if (!each.equals(name) && Boolean.TRUE.equals(invoke(each, "installSigtermHandler"))) {
                return;
            }
        }
    }

    private Set<ObjectName> all() {
        try {
            return server.queryNames(new ObjectName(DOMAIN + ":type=WebApplication,*"), null);
        } catch (JMException e) {
            throw new IllegalStateException(e); // the pattern is well-formed
        }
    }

    private @Nullable Object invoke(ObjectName whom, String operation) {
        try {
            return server.invoke(whom, operation, null, null);
        } catch (JMException | RuntimeException | Error e) {
            return null; // it was undeployed or failed; this application continues its own shutdown
        }
    }

    /** Only types of the JDK pass through it, because each application has its own copies of our classes. */
    private static final class Bean implements DynamicMBean {
        private final Application application;

        Bean(Application application) {
            this.application = application;
        }

        @Override
        public @Nullable Object invoke(String operation, Object @Nullable [] arguments, String @Nullable [] signature)
                throws ReflectionException {
            Thread thread = Thread.currentThread();
            ClassLoader callers = thread.getContextClassLoader();
            thread.setContextClassLoader(Bean.class.getClassLoader()); // not that of the calling application
            try {
                return perform(operation);
            } finally {
                thread.setContextClassLoader(callers);
            }
        }

        private @Nullable Object perform(String operation) throws ReflectionException {
            switch (operation) {
                case "processEnds" -> application.processEnds();
                case "shutDown" -> application.shutDown();
                case "installSigtermHandler" -> {
                    return application.installSigtermHandler();
                }
                default -> throw new ReflectionException(new NoSuchMethodException(operation));
            }
            return null;
        }

        @Override
        public MBeanInfo getMBeanInfo() {
            List<MBeanOperationInfo> operations = List.of(
                    operation("processEnds", "Shuts the service down without a lame duck", "void"),
                    operation("shutDown", "Shuts the service down with a lame duck", "void"),
                    operation(
                            "installSigtermHandler",
                            "Installs the handler of SIGTERM for all web applications",
                            "boolean"));
            return new MBeanInfo(
                    Bean.class.getName(),
                    "A web application with Ebbtide",
                    null,
                    null,
                    operations.toArray(new MBeanOperationInfo[0]),
                    null);
        }

        private static MBeanOperationInfo operation(String name, String description, String type) {
            return new MBeanOperationInfo(name, description, null, type, MBeanOperationInfo.ACTION);
        }

        @Override
        public Object getAttribute(String attribute) throws AttributeNotFoundException {
            throw new AttributeNotFoundException(attribute);
        }

        @Override
        public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
            throw new AttributeNotFoundException(attribute.getName());
        }

        @Override
        public AttributeList getAttributes(String[] attributes) {
            return new AttributeList();
        }

        @Override
        public AttributeList setAttributes(AttributeList attributes) {
            return new AttributeList();
        }
    }
}
