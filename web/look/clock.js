// The office clock of a page that is not live, such as a terminal's: read again
// every few seconds, since nobody may touch the page and the demonstration moves it.

const clock = document.querySelector("[data-clock]");

async function read() {
  const answer = await fetch(location.pathname, {headers: {Accept: "text/html"}});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector("[data-clock]");
  if (answer.ok && now) {
    clock.textContent = now.textContent;
    clock.dateTime = now.dateTime;
  }
}

setInterval(() => read().catch(() => {}), 5000);
