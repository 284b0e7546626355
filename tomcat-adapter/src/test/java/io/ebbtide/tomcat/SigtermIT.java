package io.ebbtide.tomcat;

import io.ebbtide.testkit.SigtermTrial;
import io.ebbtide.testkit.contract.SigtermContract;
import org.apache.catalina.startup.Tomcat;

/** The main scenario, with Tomcat. */
final class SigtermIT extends SigtermContract {
    /** A service with slow and quick requests. */
    static final class Service {
        public static void main(String[] arguments) {
            var source = TomcatSource.http(
                            0,
                            context -> Tomcat.addServlet(context, "work", new TimedServlet())
                                    .addMapping("/work/*"))
                    .workerThreads(SigtermTrial.CLIENTS);
            serve(source, source::port);
        }
    }

    @Override
    protected Class<?> service() {
        return Service.class;
    }
}
