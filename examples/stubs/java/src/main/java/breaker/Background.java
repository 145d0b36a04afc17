package breaker;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;

/**
 * The threads beside the requests: the snapshot's reload and the poller, from the start to the end.
 */
final class Background implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);
  private static final long RELOAD_EVERY = 5_000;

  private final Parts parts;
  private final Reloader reloader;
  private final AtomicBoolean changed = new AtomicBoolean();
  private final List<Thread> threads;
  private volatile boolean running;

  private interface Loop {
    void run() throws InterruptedException;
  }

  Background(Parts parts, Reloader reloader, Healer healer) {
    this.parts = parts;
    this.reloader = reloader;
    threads = List.of(thread(this::refresh), thread(healer::poll));
  }

  static Thread daemon(Runnable run) {
    Thread thread = new Thread(run);
    thread.setDaemon(true);
    return thread;
  }

  private static Thread thread(Loop loop) {
    return daemon(
        () -> {
          try {
            loop.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Keeps the snapshot fresh: at every hint, and every five seconds without one. */
  private void refresh() throws InterruptedException {
    while (true) {
      reloader.reload();
      parts.clock().sleep(RELOAD_EVERY, () -> changed.getAndSet(false));
    }
  }

  @EventListener
  void listening(ServletWebServerInitializedEvent event) {
    var line =
        Map.of(
            "msg",
            "listening",
            "addr",
            parts.settings().host + ":" + event.getWebServer().getPort());
    System.out.println(Json.MAPPER.valueToTree(line).toString());
  }

  @Override
  public void start() {
    running = true;
    parts
        .store()
        .onChange(
            () -> {
              changed.set(true);
              parts.clock().wake();
            });
    threads.forEach(Thread::start);
  }

  /**
   * Called after the last request was answered: ends the threads and gives up the poller's lease.
   */
  @Override
  public void stop() {
    running = false;
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(2_000);
      }
      parts.store().lead(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Store.StoreException e) {
      LOG.debug("the poller's lease runs out by itself");
    }
    parts.threads().shutdownNow();
    parts.store().close();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Before the web server's, and so ended after it. */
  @Override
  public int getPhase() {
    return 0;
  }
}
