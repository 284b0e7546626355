package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.lifecycle.LifecycleState;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.LogManager;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ties a service to its web application. */
final class ListenerIT {
    @TempDir
    private Path folder;

    private final Tomcat tomcat = new Tomcat();
    private StandardContext context;

    /** What is done while a context starts. */
    @FunctionalInterface
    private interface Step {
        void with(ServletContext servletContext);
    }

    static {
        LogManager.getLogManager().reset(); // what the container says of contexts that fail on purpose
    }

    @BeforeEach
    void prepare() {
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector();
        context = (StandardContext) tomcat.addContext("/shop", null);
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    @Test
    void webApplicationInTheContext_addsComponents_whichLiveAsLongAsTheContext() throws Exception {
        var open = new AtomicBoolean(true);
        start(servletContext -> {
            WebApplication application =
                    (builder, its) -> builder.component(its.getContextPath(), () -> open.set(false));
            servletContext.setAttribute(WebApplication.class.getName(), application);
            new EbbtideInitializer().onStartup(Set.of(), servletContext);
        });

        var service = (Ebbtide) context.getServletContext().getAttribute("io.ebbtide.Ebbtide");
        assertThat(service.state()).isEqualTo(LifecycleState.RUNNING);
        assertThat(open).isTrue();

        context.stop();

        assertThat(service.state()).isEqualTo(LifecycleState.STOPPED);
        assertThat(open).isFalse();
    }

    /** Frameworks compete to be the last listener at the start and the first at the end. */
    @Test
    void listeners_areNotifiedOfTheStartBefore_andOfTheEndAfterTheService_whateverTheirOrder() throws Exception {
        var events = new ArrayList<String>();
        context.addServletContainerInitializer(listening("first", events), Set.of());
        context.addServletContainerInitializer(new EbbtideInitializer(), Set.of());
        context.addServletContainerInitializer(listening("last", events), Set.of());

        tomcat.start();
        assertThat(context.getState().isAvailable()).isTrue();
        events.add("running");
        tomcat.stop();

        assertThat(events).containsExactly("first: null", "last: null", "running", "last: STOPPED", "first: STOPPED");
    }

    private static ServletContainerInitializer listening(String name, List<String> events) {
        var listener = new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                events.add(name + ": " + event.getServletContext().getAttribute(Ebbtide.class.getName()));
            }

            @Override
            public void contextDestroyed(ServletContextEvent event) {
                var service = (Ebbtide) event.getServletContext().getAttribute(Ebbtide.class.getName());
                events.add(name + ": " + service.state());
            }
        };
        return (classes, servletContext) -> servletContext.addListener(listener);
    }

    @Test
    void webApplicationThatFails_isNamed_withItsCause() throws Exception {
        start(servletContext -> {
            WebApplication application = new Failing();
            servletContext.setAttribute(WebApplication.class.getName(), application);
            assertThatThrownBy(() -> initialize(servletContext))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("%s.configure failed: Exception: no database".formatted(Failing.class.getName()))
                    .hasRootCauseMessage("no database");
        });
    }

    @Test
    void parameterThatIsWrong_isNamed_withWhatIsExpected() throws Exception {
        context.addParameter("ebbtide.grace", "30");
        start(servletContext -> assertThatThrownBy(() -> initialize(servletContext))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "context parameter ebbtide.grace=30 is wrong: expected: a number with a unit such as 500ms, 30s or"
                                + " 2m, or PT30S"));
    }

    @Test
    void parameterThatMeansNothing_isNamed() throws Exception {
        context.addParameter("ebbtide.lame_duck", "3s");
        start(servletContext -> assertThatThrownBy(() -> initialize(servletContext))
                .hasMessageStartingWith(
                        "context parameter ebbtide.lame_duck=3s is wrong: setting: lame_duck (expected: drain,"
                                + " drain-job,"));
    }

    @Test
    void parameters_areTheSettings_andOthersAreIgnored() throws Exception {
        context.addParameter("ebbtide.lame-duck", " 3s ");
        context.addParameter("ebbtide.name", "orders");
        context.addParameter("other", "value");
        start(servletContext -> {
            var settings = new ContextSettings(servletContext);
            assertThat(settings.settings()).isEqualTo(Settings.derived().withLameDuck(Duration.ofSeconds(3)));
            assertThat(settings.name()).isEqualTo("orders");
        });
    }

    @Test
    void name_isTheDisplayName_orThePath() throws Exception {
        start(servletContext -> {
            assertThat(new ContextSettings(servletContext).name()).isEqualTo("shop");
            context.setDisplayName("The shop");
            assertThat(new ContextSettings(servletContext).name()).isEqualTo("The shop");
        });
    }

    @Test
    void filterWithoutAService_saysWhatIsMissing() {
        assertThatThrownBy(() -> HealthServlet.sourceIn(context.getServletContext(), "servlet 'probes'"))
                .hasMessage("servlet 'probes': no service in this web application (expected:"
                        + " io.ebbtide.servlet.EbbtideListener as a listener, or a io.ebbtide.servlet.ServletSource)");
    }

    private static final class Failing implements WebApplication {
        @Override
        public void configure(EbbtideBuilder builder, ServletContext servletContext) throws Exception {
            throw new Exception("no database");
        }
    }

    /** Runs the step while the context starts, and fails as it does. */
    private void start(Step step) throws Exception {
        var failure = new Throwable[1];
        context.addServletContainerInitializer(
                (classes, servletContext) -> {
                    try {
                        step.with(servletContext);
                    } catch (Throwable e) {
                        failure[0] = e;
                    }
                },
                Set.of());
        tomcat.start();
        if (failure[0] != null) {
            throw new AssertionError(failure[0]);
        }
    }

    private static void initialize(ServletContext servletContext) {
        EbbtideListener.registeredIn(servletContext).service().begin();
    }
}
