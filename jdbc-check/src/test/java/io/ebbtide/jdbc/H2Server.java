package io.ebbtide.jdbc;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import org.h2.tools.Server;

/** H2 as a server in a process of its own. Confine to one thread. */
final class H2Server implements MatrixDatabase {
    private final Path folder;
    private final int port;
    private ServiceProcess process;

    /** The arguments are port and folder. */
    static final class Program {
        public static void main(String[] arguments) throws Exception {
            Server.createTcpServer("-tcpPort", arguments[0], "-ifNotExists", "-baseDir", arguments[1])
                    .start();
            System.out.println("port=" + arguments[0]);
        }
    }

    private H2Server(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    static H2Server start() throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "h2")
                .toAbsolutePath();
        int port;
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
        var started = new H2Server(folder, port);
        started.restart();
        return started;
    }

    @Override
    public String url() {
        return url("owner");
    }

    /** The database belongs to who connects first, as long as it is there. */
    @Override
    public String refusedUrl() {
        return url("stranger");
    }

    private String url(String user) {
        return "jdbc:h2:tcp://127.0.0.1:%d/./shop;USER=%s;PASSWORD=".formatted(port, user);
    }

    @Override
    public void freeze() {
        process.signal("STOP");
    }

    @Override
    public void thaw() {
        process.signal("CONT");
    }

    @Override
    public void kill() throws InterruptedException {
        process.close();
        process.awaitExit(Duration.ofMinutes(1));
    }

    @Override
    public void restart() throws Exception {
        process = JavaLauncher.of(Program.class)
                .arguments(String.valueOf(port), folder.toString())
                .start();
        process.awaitPort();
        DriverManager.getConnection(url()).close(); // makes the database, and its owner
    }

    @Override
    public boolean limit(int connections) {
        return false;
    }

    @Override
    public void noLimit() {}

    @Override
    public void close() throws IOException {
        process.close();
        PostgresBinaries.delete(folder);
    }
}
