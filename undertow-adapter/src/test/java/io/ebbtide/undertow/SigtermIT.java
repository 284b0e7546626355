package io.ebbtide.undertow;

import io.ebbtide.testkit.SigtermTrial;
import io.ebbtide.testkit.contract.SigtermContract;

/** The main scenario, with Undertow. */
final class SigtermIT extends SigtermContract {
    /** A service with slow and quick requests. */
    static final class Service {
        public static void main(String[] arguments) {
            var source = UndertowSource.http(0, new TimedHandler()).workerThreads(SigtermTrial.CLIENTS);
            serve(source, source::port);
        }
    }

    @Override
    protected Class<?> service() {
        return Service.class;
    }
}
