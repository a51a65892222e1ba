// Booking works without this script. With it the sum follows every tick, the
// services can be searched, and the end of a hold does not come as a surprise.

/** The page as the server would show it with what is ticked: one rendering, in one place. */
const form = document.getElementById("wish");
let asked = new AbortController();

async function recount() {
  asked.abort();
  asked = new AbortController();
  const query = new URLSearchParams(new FormData(form));
  const url = `${form.dataset.here}?${query}`;
  try {
    const answer = await fetch(url, {signal: asked.signal});
    if (!answer.ok) return; // the next step says what is wrong
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["sum", "thumb"]) document.getElementById(id).innerHTML = page.getElementById(id).innerHTML;
    document.getElementById("counted").textContent = document.querySelector("#sum .sum")?.textContent ?? "";
    history.replaceState(null, "", url);
  } catch (failure) {
    if (failure.name !== "AbortError") throw failure;
  }
}

/** Letters without accents and case: "Führung" is found by "fuhrung". */
const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function search(field) {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of form.querySelectorAll(".pick")) {
    let inGroup = 0;
    for (const row of group.querySelectorAll(":scope > div")) {
      const text = plain(`${group.querySelector("legend").textContent} ${row.textContent}`);
      row.hidden = !words.every(word => text.includes(word)) && !row.querySelector(":checked");
      if (!row.hidden) inGroup++;
    }
    group.hidden = inGroup === 0;
    found += inGroup;
  }
  const {single, many} = field.parentElement.dataset;
  field.parentElement.querySelector("[role=status]").textContent =
    words.length ? (found === 1 ? single : many).replace("{n}", found) : "";
}

if (form) {
  document.getElementById("recount").hidden = true;
  form.addEventListener("change", event => { if (event.target.name) recount(); });
  const field = document.getElementById("q");
  field.parentElement.hidden = false;
  field.addEventListener("input", () => search(field));
  field.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(); });
}

// Two minutes before the end of a hold, or at half of a short one, the page
// says so; whoever reads it has far more than 20 seconds to extend (WCAG 2.2.1).
const ending = document.getElementById("ending");
if (ending) {
  const left = Number(ending.dataset.left);
  setTimeout(() => { ending.hidden = false; }, Math.max(0, left - Math.min(120, left / 2)) * 1000);
}
