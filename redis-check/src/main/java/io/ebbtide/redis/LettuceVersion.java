package io.ebbtide.redis;

import io.ebbtide.spi.LibraryVersion;
import io.lettuce.core.RedisURI;

/** The version of Lettuce that the application uses. Stateless. */
final class LettuceVersion {
    private LettuceVersion() {}

    /** Refuses a version that is too old, before any class that needs a later one is linked. */
    static void check() {
        LibraryVersion.requireAtLeast(
                "Lettuce",
                LibraryVersion.of(RedisURI.class, "Lettuce", "io.lettuce/lettuce-core"),
                6,
                1,
                "set such a version of io.lettuce:lettuce-core in dependencyManagement");
    }
}
