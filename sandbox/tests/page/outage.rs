//! The service is taken down and up by the page's buttons. The function is the test, and what it meets is real: it connects
//! to the line that the sandbox carries.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::{Value, json};

use super::{Done, GROUP, Page};

/// A service that answers every callback with 200.
pub(super) fn service() -> Done<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = [0; 1024];
            if stream.read(&mut asked).is_ok() {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(answer).ok();
            }
        }
    });
    Ok(address)
}

/// Whether a callback through the line is answered.
fn call(line: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(line)?;
        stream.write_all(b"POST /dd_circuit_breaker/callback HTTP/1.1\r\nhost: x\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// Where the sandbox carries to the service from.
async fn carried(page: &Page) -> Done<String> {
    let state = page.ask("GET", "/_sandbox/state", Value::Null).await?;
    let state: Value = serde_json::from_str(state["text"].as_str().unwrap_or_default())?;
    let line = state["lines"]["service"]["listens"].as_str();
    Ok(line.ok_or("the sandbox carries no line")?.to_owned())
}

/// Presses a button of the service's line, and sees it pressed.
async fn press(page: &Page, down: bool) -> Done {
    let button = format!("[data-do=cut][data-end=service][data-down={down}]");
    page.click(&button).await?;
    page.see(&format!("{button}[aria-pressed=true]")).await?;
    Ok(())
}

/// Down: three attempts fail and are seen, and the dead letter queue has the notification. Reached again: redriven, it
/// arrives.
pub(super) async fn the_service_goes_and_comes(page: &Page) -> Done {
    let line = carried(page).await?;
    // Nobody named a Redis: its buttons say why they cannot be pressed.
    page.see("[data-do=cut][data-end=redis][disabled]").await?;
    let why = page.see("#line-redis").await?;
    assert!(why.contains("not between"), "{why}");

    assert!(call(&line), "the service is reached at first");
    press(page, true).await?;
    page.click(&format!("li[data-group='{GROUP}'] [data-status=Warn]"))
        .await?;
    page.see("[data-state=queued]").await?;
    for attempt in 1..=3 {
        let answered = call(&line);
        assert!(!answered, "nobody reaches a service that is down");
        page.attempt(!answered).await?;
        let failed = format!(".step.bad:nth-child({})", attempt + 1);
        page.see(&format!(
            "[data-state=queued] {failed}, [data-state=dead] {failed}"
        ))
        .await?;
        page.click("[data-do=advance][data-ms='300000']").await?;
    }
    page.see("[data-state=dead]").await?;
    press(page, false).await?;
    redriven(page, &line).await
}

/// What was dead arrives, and nothing waits any more.
async fn redriven(page: &Page, line: &str) -> Done {
    page.click("[data-do=redrive]:not([disabled])").await?;
    page.see("[data-state=queued]").await?;
    let answered = call(line);
    assert!(answered, "the service is reached again");
    page.attempt(!answered).await?;
    page.see("#chain .stage.good[data-key=Callback]").await?;
    let left = "return document.querySelectorAll('[data-state=dead], [data-state=queued]').length";
    assert_eq!(page.browser.execute(left, vec![]).await?, json!(0));
    Ok(())
}
