package io.ebbtide.undertow;

import io.ebbtide.testkit.contract.BareServer;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;

/** Undertow as {@link UndertowSource#http} configures it, without the gate. */
final class BareUndertow {
    private BareUndertow() {}

    static BareServer start(HttpHandler handler, int workers) {
        Undertow undertow = Undertow.builder()
                .addHttpListener(0, "0.0.0.0")
                .setIoThreads(2)
                .setWorkerThreads(workers)
                .setServerOption(UndertowOptions.ENABLE_STATISTICS, true)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, 75_000)
                .setHandler(handler)
                .build();
        undertow.start();
        var address = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
        return new BareServer(address.getPort(), undertow::stop);
    }
}
