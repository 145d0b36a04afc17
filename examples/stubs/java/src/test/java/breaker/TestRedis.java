package breaker;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Optional;

/** A redis-server of the tests' own on a free port of this machine, until they end. */
final class TestRedis {
  /** Empty where none is installed: then what needs one is skipped. */
  static final Optional<String> URL = start();

  private TestRedis() {}

  private static Optional<String> start() {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> new File(folder, "redis-server").canExecute());
    if (!installed) {
      System.err.println("SKIPPED: the Redis half of the tests needs redis-server on the PATH");
      return Optional.empty();
    }
    try {
      int port;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      String folder = Files.createTempDirectory("cb").toString();
      Process server =
          new ProcessBuilder(
                  "redis-server",
                  "--bind",
                  "127.0.0.1",
                  "--port",
                  String.valueOf(port),
                  "--save",
                  "",
                  "--dir",
                  folder)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly));
      var lines = server.inputReader();
      for (String line = lines.readLine();
          line != null && !line.toLowerCase().contains("ready to accept");
          line = lines.readLine()) {}
      return Optional.of("redis://127.0.0.1:" + port);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
