package io.ebbtide.servlet;

/** Starts and stops a service with its web application. A second call of either method does nothing. */
interface ServiceLifecycle {
    /** For a service that the application starts and stops itself. */
    ServiceLifecycle NONE = new ServiceLifecycle() {
        @Override
        public void begin() {
            // the application does
        }

        @Override
        public void end() {
            // the application does
        }
    };

    /** Starts the service; blocks until it runs, and throws if it cannot. */
    void begin();

    /** Drains the service and stops it; blocks for the grace at most, and never throws. */
    void end();
}
