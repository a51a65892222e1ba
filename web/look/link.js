// The way to the server: a WebSocket, or long polls where something on the way
// refuses WebSockets. It never gives up, and comes back with a random delay, so
// that a thousand screens do not come back in one moment.

export const silence = 5000; // ms without a sign of life: the way is gone
const spread = 2000; // ms over which readers come back
const again = 60000; // ms after which a WebSocket is tried again

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Hands every message from the path to receive. after() is the newest frame
 * that is known, "<epoch>-<version>", or "".
 */
export async function connect(path, receive, after) {
  const url = new URL(path, location.href);
  url.searchParams.set("lang", document.documentElement.lang);
  let failed = 0; // handshakes in a row
  for (;;) {
    failed = (await socket(url, receive)) ? 0 : failed + 1;
    if (failed >= 2) {
      await polls(url, receive, after);
      failed = 1; // one more that fails leads back here
    } else {
      await pause(Math.random() * spread);
    }
  }
}

/** One WebSocket until it ends. Says whether it ever opened. */
function socket(url, receive) {
  return new Promise((done) => {
    const address = new URL(url);
    address.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const ws = new WebSocket(address);
    let opened = false;
    let timer = 0;
    const end = () => {
      clearTimeout(timer);
      ws.onopen = ws.onmessage = ws.onclose = null;
      ws.close();
      done(opened);
    };
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(end, silence);
    };
    ws.onopen = () => {
      opened = true;
      heard();
    };
    ws.onmessage = (event) => {
      heard();
      receive(JSON.parse(event.data));
    };
    ws.onclose = end;
    heard();
  });
}

/**
 * Long polls until it is worth trying a WebSocket again: after a minute, or
 * when the server is back after it was gone.
 */
async function polls(url, receive, after) {
  let gone = false;
  for (const start = performance.now(); performance.now() - start < again; ) {
    const message = await poll(url, after());
    if (message) receive(message);
    if (message && gone) return;
    if (!message) {
      gone = true;
      await pause(Math.random() * spread);
    }
  }
}

/** One poll. It is held for 2 seconds, so that silence is noticed. */
async function poll(url, after) {
  const address = new URL(url);
  address.searchParams.set("after", after);
  address.searchParams.set("wait", "2");
  try {
    const answer = await fetch(address, {cache: "no-store", signal: AbortSignal.timeout(silence)});
    if (answer.ok) return await answer.json();
    if ([401, 403, 404, 410].includes(answer.status)) {
      // Signed out, or what the page shows no longer exists: the page itself says so better.
      await pause(silence);
      location.reload();
    }
  } catch {
    // no way to the server
  }
  return null;
}
