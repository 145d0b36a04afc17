package breaker;

import static java.nio.charset.StandardCharsets.UTF_8;

import breaker.Hooks.Monitor;
import breaker.Hooks.Notification;
import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The endpoint that the dispatcher calls: who calls, about what, and the answer. 200 only once the
 * state is committed.
 */
@RestController
final class CallbackController {
  private static final Logger LOG = LoggerFactory.getLogger(CallbackController.class);

  /** Bodies are a few hundred bytes. */
  private static final int MAX_BODY = 64 << 10;

  private final Parts parts;
  private final Reconciler reconciler;
  private final Outbox outbox;

  /** An answer other than 200, and why. */
  private static final class Refusal extends Exception {
    private final int status;

    Refusal(int status, String why) {
      super(why);
      this.status = status;
    }
  }

  CallbackController(Parts parts, Reconciler reconciler, Outbox outbox) {
    this.parts = parts;
    this.reconciler = reconciler;
    this.outbox = outbox;
  }

  @PostMapping("/dd_circuit_breaker/callback")
  ResponseEntity<Map<String, String>> callback(HttpServletRequest request) {
    try {
      Notification notification = notification(request);
      handle(notification);
      parts.metrics().add(Metrics.Counter.CALLBACK_DONE);
      return answer(200, "ok", "committed");
    } catch (Refusal e) {
      return refused(e.status, e.getMessage());
    } catch (Reconciler.NotOursException e) {
      return refused(404, e.getMessage());
    } catch (RuntimeException e) {
      parts.metrics().add(Metrics.Counter.CALLBACK_FAILED);
      LOG.atError().addKeyValue("error", e.toString()).log("a callback could not be handled");
      return answer(503, "error", e.getMessage());
    }
  }

  private Notification notification(HttpServletRequest request) throws Refusal {
    String body = body(request);
    Map<String, List<String>> signed =
        Stream.of("webhook-id", "webhook-timestamp", "webhook-signature")
            .collect(
                Collectors.toMap(name -> name, name -> Collections.list(request.getHeaders(name))));
    if (!parts.settings().signingKeys.verify(signed, body)) {
      throw new Refusal(401, "the signature is missing, wrong or older than five minutes");
    }
    Notification notification;
    try {
      notification = Json.MAPPER.readValue(body, Notification.class);
    } catch (JsonProcessingException e) {
      throw new Refusal(400, e.getOriginalMessage());
    }
    if (notification == null
        || !Settings.isId(notification.monitorId())
        || notification.callbackUrl() == null
        || notification.messageId() == null) {
      throw new Refusal(
          400, "monitor_id is not a string of digits, or callback_url or message_id is missing");
    }
    List<String> monitors = parts.settings().monitors;
    if (monitors != null && !monitors.contains(notification.monitorId())) {
      throw new Refusal(404, "the monitor is not in CB_MONITORS");
    }
    return notification;
  }

  /** A signature covers bytes, whatever they call themselves: the body is taken as it comes. */
  private static String body(HttpServletRequest request) throws Refusal {
    byte[] body;
    try {
      body = request.getInputStream().readNBytes(MAX_BODY + 1);
    } catch (IOException e) {
      throw new Refusal(400, "the body ends before its time");
    }
    if (body.length > MAX_BODY) {
      throw new Refusal(413, "the body is longer than 64 KiB");
    }
    return new String(body, UTF_8);
  }

  /**
   * Dirty first: from here on the monitor is read until one reading succeeds, even if this process
   * dies.
   */
  private void handle(Notification notification) {
    parts.store().dirty(notification.monitorId(), parts.clock().now());
    Monitor monitor = reconciler.reconcile(notification.monitorId());
    if (!notification.test()) {
      outbox.notified(notification, monitor);
    }
  }

  private ResponseEntity<Map<String, String>> refused(int status, String why) {
    parts.metrics().add(Metrics.Counter.CALLBACK_REFUSED);
    LOG.atWarn()
        .addKeyValue("status", status)
        .addKeyValue("why", why)
        .log("a callback was refused");
    return answer(status, "error", why);
  }

  private static ResponseEntity<Map<String, String>> answer(
      int status, String word, String detail) {
    var answer = ResponseEntity.status(status);
    if (status == 503) {
      answer.header(HttpHeaders.RETRY_AFTER, "5");
    }
    return answer.body(Map.of("status", word, "detail", String.valueOf(detail)));
  }
}
