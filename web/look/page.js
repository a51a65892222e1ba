// What every page may need a script for. Pages work without: what a script
// alone can do is hidden until it is there.
//
//   <button data-opens="park">    opens the <dialog id="park">
//   <button data-closes>          closes the dialog that it is in
//   <button data-prints hidden>   prints the page
//
// A summary of errors gets the focus, so that it is read first.

document.addEventListener("click", event => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.dataset.opens) document.getElementById(button.dataset.opens)?.showModal();
  if ("closes" in button.dataset) button.closest("dialog")?.close();
  if ("prints" in button.dataset) print();
});

for (const button of document.querySelectorAll("button[data-prints]")) button.hidden = false;

document.querySelector(".errors")?.focus();
