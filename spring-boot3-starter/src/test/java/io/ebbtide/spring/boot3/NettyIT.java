package io.ebbtide.spring.boot3;

import io.ebbtide.spring.UndrainedContract;

/** The contract of servers without an adapter, with Spring Boot 3.5 on Reactor Netty. */
final class NettyIT extends UndrainedContract {
    NettyIT() {
        super(OnNetty.class, "NettyReactiveWebServerFactory");
    }
}
