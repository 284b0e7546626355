package io.ebbtide.spring.boot4;

import io.ebbtide.spring.UndrainedContract;

/** The contract of servers without an adapter, with Spring Boot 4.1 on Reactor Netty. */
final class NettyIT extends UndrainedContract {
    NettyIT() {
        super(OnNetty.class, "NettyReactiveWebServerFactory");
    }
}
