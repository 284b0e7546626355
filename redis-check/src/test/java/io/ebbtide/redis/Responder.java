package io.ebbtide.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Speaks just enough of Redis' protocol to say what a real server says too seldom to be asked for it. */
final class Responder implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final Map<String, String> answers;

    /** @param answers by the command's name, raw; to all else the answer is {@code +OK} */
    Responder(Map<String, String> answers) throws IOException {
        this.answers = answers;
        var thread = new Thread(this::accept, "responder");
        thread.setDaemon(true);
        thread.start();
    }

    String uri() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        try {
            while (!listener.isClosed()) {
                Socket client = listener.accept();
                var thread = new Thread(() -> serve(client), "responder-client");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client) {
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int count = Integer.parseInt(line.substring(1));
                in.readLine();
                String name = in.readLine();
                for (int i = 1; i < count; i++) {
                    in.readLine();
                    in.readLine();
                }
                String answer = answers.getOrDefault(name, "+OK\r\n");
                client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // the client is gone
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
