/** Embedded Tomcat as a traffic source. */
module io.ebbtide.tomcat {
    requires transitive io.ebbtide.core;
    requires transitive org.apache.tomcat.embed.core;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.ebbtide.tomcat;
}
