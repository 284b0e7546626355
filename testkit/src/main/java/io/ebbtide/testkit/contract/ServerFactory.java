package io.ebbtide.testkit.contract;

import java.util.Set;

/** What trials need of the contract that is tested: its servers. The methods are documented at {@link HttpContract}. */
interface ServerFactory {
    String adapter();

    ServerUnderTest server(Application application, int port) throws Exception;

    BareServer bare(Application application) throws Exception;

    int workers();

    Set<String> serversOwnLines();
}
