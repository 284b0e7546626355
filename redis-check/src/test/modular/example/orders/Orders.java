package example.orders;

import io.ebbtide.Ebbtide;
import io.ebbtide.redis.RedisCheck;
import io.ebbtide.redis.RedisComponent;
import io.lettuce.core.RedisClient;

/** Compiled and started by ModulePathIT. */
public final class Orders {
    private Orders() {}

    public static void main(String[] arguments) {
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + arguments[0]);
        Ebbtide.builder("orders")
                .component("redis", RedisComponent.closing(client))
                .readiness("redis", RedisCheck.of(client))
                .run();
    }
}
