// Painting the week of the limits page: by mouse, by finger, by keys. The server alone reads and writes hours in words.
(() => {
  const table = document.getElementById("week");
  if (!table) return;
  const form = table.closest("form"), field = (name) => form.elements[name];
  const told = document.getElementById("in-step"), words = table.dataset.words.split("|");
  const cells = [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1));
  const level = (cell) => +cell.className.match(/l(\d)/)[1];
  const HOLD = 300, NEAR = 8, WORDS = ["hours", "preferred", "timezone"];
  let focused, stroke = null, hold = 0, asked = 0, wait = 0;

  table.setAttribute("role", "grid");
  table.classList.add("live");
  cells.flat().forEach((cell) => { cell.setAttribute("role", "gridcell"); cell.tabIndex = -1; });
  form.classList.add("paints");
  const visible = (y) => cells[y] && cells[y][0].offsetParent !== null;
  const place = (cell) => { const y = cells.findIndex((row) => row.includes(cell)); return { x: cells[y].indexOf(cell), y }; };
  const rove = (cell) => { if (focused) focused.tabIndex = -1; focused = cell; cell.tabIndex = 0; };
  rove(cells[18][0]);

  const set = (cell, value) => {
    if (level(cell) === value) return;
    cell.className = cell.className.replace(/l\d/, "l" + value);
    cell.firstElementChild.textContent = words[value];
  };
  const text = () => cells.flat().sort((a, b) => a.dataset.at - b.dataset.at).map(level).join("");
  const show = (grid) => cells.flat().forEach((cell) => set(cell, +grid[cell.dataset.at]));

  // A stroke paints the box from where it began to where it is; what was there before comes back when it shrinks.
  const begin = (cell) => {
    const brush = +form.querySelector("[name=brush]:checked").value;
    stroke = { from: place(cell), before: text(), value: level(cell) === brush ? 0 : brush };
    extend(cell);
  };
  const extend = (cell) => {
    const to = place(cell), { from, before, value } = stroke;
    stroke.to = cell;
    const inside = (i, a, b) => i >= Math.min(a, b) && i <= Math.max(a, b);
    cells.forEach((row, y) => row.forEach((each, x) =>
      set(each, inside(x, from.x, to.x) && inside(y, from.y, to.y) ? value : +before[each.dataset.at])));
  };
  const cancel = () => { if (stroke) show(stroke.before); stroke = null; };
  const done = () => { if (stroke && stroke.before !== text()) { field("grid").value = text(); soon("grid"); } };

  const soon = (what) => { clearTimeout(wait); wait = setTimeout(() => ask(what), 250); };
  const ask = async (what) => {
    const mine = ++asked, body = new FormData(form);
    body.set("what", what);
    const answer = await fetch(form.dataset.week, { method: "POST", body }).catch(() => null);
    if (!answer || !answer.ok || mine !== asked) return;
    const said = await answer.json();
    told.textContent = said.hint;
    told.className = said.hint ? "wrong" : "";
    for (const name of WORDS) {
      if (said.wrong.includes(name)) field(name).setAttribute("aria-invalid", "true");
      else field(name).removeAttribute("aria-invalid");
    }
    if (said.hint) return;
    if (what === "grid") {
      field("hours").value = said.hours;
      field("preferred").value = said.preferred;
      field("grid").value = "";
    } else show(said.grid);
    document.getElementById("shared").innerHTML = said.shared;
  };
  for (const name of WORDS) field(name).addEventListener("input", () => soon("text"));

  const under = (event) => {
    const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("td");
    return cell && table.contains(cell) ? cell : null;
  };
  let finger = null;
  table.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.button) return;
    if (event.pointerType === "mouse") { event.preventDefault(); rove(cell); cell.focus({ preventScroll: true }); begin(cell); return; }
    finger = { cell, x: event.clientX, y: event.clientY };
    hold = setTimeout(() => { begin(cell); table.classList.add("painting"); }, HOLD);
  });
  const forget = () => { clearTimeout(hold); finger = null; table.classList.remove("painting"); };
  document.addEventListener("pointermove", (event) => {
    if (finger && !stroke && Math.hypot(event.clientX - finger.x, event.clientY - finger.y) > NEAR) return forget();
    if (stroke && !stroke.keys) { const cell = under(event); if (cell && cell !== stroke.to) extend(cell); }
  });
  document.addEventListener("pointerup", () => {
    if (finger && !stroke) begin(finger.cell);
    if (finger) rove(finger.cell);
    forget();
    if (stroke && !stroke.keys) { done(); stroke = null; }
  });
  document.addEventListener("pointercancel", () => { forget(); cancel(); });
  table.addEventListener("touchmove", (event) => { if (stroke && event.cancelable) event.preventDefault(); }, { passive: false });
  table.addEventListener("contextmenu", (event) => { if (finger || stroke) event.preventDefault(); });

  const aside = getComputedStyle(table).direction === "rtl" ? -1 : 1;
  const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-aside, 0], ArrowRight: [aside, 0] };
  table.addEventListener("focusin", (event) => { const cell = event.target.closest("td"); if (cell) rove(cell); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && stroke) { cancel(); field("grid").value = text(); soon("grid"); } });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td"), step = STEPS[event.key];
    if (!cell) return;
    if (event.key === " " || event.key === "Enter") { event.preventDefault(); begin(cell); stroke.keys = true; done(); return; }
    if (!step) return;
    event.preventDefault();
    const { x, y } = place(cell), next = visible(y + step[1]) && cells[y + step[1]][x + step[0]];
    if (!next) return;
    next.focus();
    if (event.shiftKey && stroke) { extend(next); done(); } else stroke = null;
  });
})();
