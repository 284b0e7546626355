/** Processes, signals, strict load, and the contract of adapters, which requires JUnit. */
module io.ebbtide.testkit {
    requires transitive io.ebbtide.core;
    requires transitive com.fasterxml.jackson.databind;
    requires java.logging;
    requires java.management;
    requires org.slf4j;
    requires static transitive jakarta.servlet;
    requires static ch.qos.logback.classic;
    requires static ch.qos.logback.core;
    requires static org.junit.jupiter.api;
    requires static org.jspecify;

    exports io.ebbtide.testkit;
    exports io.ebbtide.testkit.contract;
}
