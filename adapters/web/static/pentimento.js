// What a page does beyond its forms, which work without any of this.
"use strict";

const find = (selector, within = document) => within.querySelector(selector);
const KEPT = "pentimento-form";

// Before and after: one range moves the edge between two pictures that lie on each other.
function compare(within) {
  const slider = find("#slider", within);
  if (!slider) return;
  const show = () => {
    slider.parentElement.style.setProperty("--x", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", slider.dataset.said.replace("%", `${100 - slider.value} %`));
  };
  slider.addEventListener("input", show);
  show();
}

// A picture that is dropped or pasted goes into the field that a click would fill.
function pictures(form) {
  const field = find("#picture", form), drop = find(".drop", form), chosen = find("#chosen", form);
  // Whatever file it is: of some pictures browsers know no type (HEIC), and of what is none the service says so.
  const take = ([file]) => {
    if (!file) return;
    const held = new DataTransfer();
    held.items.add(file);
    field.files = held.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  field.addEventListener("change", () => {
    if (chosen.src) URL.revokeObjectURL(chosen.src);
    chosen.hidden = !field.files.length;
    if (field.files.length) chosen.src = URL.createObjectURL(field.files[0]);
  });
  const brings = (event) => event.dataTransfer.types.includes("Files"); // words that are dragged go where they are dropped
  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (!brings(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", ({ clipboardData: held }) => {
    const written = held.getData("text/html") && held.getData("text/plain"); // office programs add a picture of the words
    if (!written) take(held.files);
  });
}

// The strength as a number; a style brings its own until somebody moves it.
function strength(form) {
  const slider = find("#strength", form), said = find("#strength-said", form);
  if (find("[name=of]", form).value || find("#job")) slider.dataset.moved = "yes";
  const words = [...form.querySelectorAll("#strengths option")];
  const show = () => {
    const word = words.find((each) => Number(each.value) === Number(slider.value));
    const value = Number(slider.value).toLocaleString(document.documentElement.lang);
    said.textContent = word ? `${value} ${word.label}` : value;
    slider.setAttribute("aria-valuetext", said.textContent);
  };
  const follow = (style) => {
    if (!slider.dataset.moved) slider.value = style.dataset.strength;
    show();
  };
  slider.addEventListener("input", () => { slider.dataset.moved = "yes"; show(); });
  form.addEventListener("change", (event) => { if (event.target.name === "style") follow(event.target); });
  form.addEventListener("restored", () => follow(find("[name=style]:checked", form)));
  show();
}

// The picture that comes with the page, for who has none at hand; and what is shown of strength goes by the model.
function sample(form) {
  const box = find("[name=sample]", form), prompt = find("#prompt", form), model = find("#model", form);
  const field = find("#picture", form);
  box?.addEventListener("change", () => {
    if (!box.checked) return;
    if (!prompt.value) prompt.value = box.dataset.prompt;
    field.value = ""; // what was chosen last is meant
    field.dispatchEvent(new Event("change"));
  });
  field.addEventListener("change", () => { if (box && field.files.length) box.checked = false; });
  model?.addEventListener("change", () => {
    const edits = Boolean(model.selectedOptions[0].dataset.edits);
    find("#strength-field", form).hidden = edits;
    find("#strength-ignored", form).hidden = !edits;
  });
}

// What was typed survives a closed tab: on the first page only, as a job's page shows what the job was made of. It is
// shown to nobody else who signs in here.
function remember(form) {
  if (find("[name=of]", form).value || find("#job") || !find("#error", form).hidden) return;
  const { whose } = form.dataset;
  const kept = JSON.parse(localStorage.getItem(KEPT) || "null");
  if (kept && kept.whose === whose) {
    for (const [name, value] of Object.entries(kept.values)) {
      const field = form.elements[name];
      if (field) field.value = value;
    }
    if ("strengths" in kept.values) find("#strength", form).dataset.moved = "yes";
    form.dispatchEvent(new Event("restored"));
  } else {
    localStorage.removeItem(KEPT);
  }
  form.addEventListener("input", () => {
    const values = {};
    for (const name of ["prompt", "negative_prompt", "strengths", "style", "control"]) {
      if (form.elements[name]) values[name] = form.elements[name].value;
    }
    if (!find("#strength", form).dataset.moved) delete values.strengths; // it is the style's own
    localStorage.setItem(KEPT, JSON.stringify({ whose, values }));
  });
}

// Sent in the background, so that a refusal leaves the chosen picture where it is.
function send(form) {
  // A number out of its range among closed options: browsers tell of it only where it is seen.
  form.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sending) return;
    const error = find("#error", form), sending = find("#sending", form);
    const refuse = (sentence) => { error.textContent = sentence; error.hidden = false; error.focus(); };
    const files = [...form.querySelectorAll("[type=file]")].flatMap((field) => [...field.files]);
    if (files.some(({ size }) => size > form.dataset.maxBytes)) { refuse(form.dataset.tooBig); return; } // not minutes later
    form.dataset.sending = "yes";
    sending.textContent = form.dataset.wait; // a photo may take minutes from a phone
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) });
      if (answer.redirected) { location.assign(answer.url); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const alert = find("[role=alert]:not([hidden])", page); // a proxy's own page has none
      refuse(alert?.textContent.trim() || (answer.status < 500 && page.title) || form.dataset.refused);
    } catch {
      refuse(form.dataset.refused);
    } finally {
      delete form.dataset.sending;
      sending.textContent = "";
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "/" && !typing) { event.preventDefault(); find("#prompt", form).focus(); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(find(".primary", form));
  });
}

// Load the page anew, once there is one: while the service is away a proxy has a page of its own, which never looks
// again. A form in which something was begun stays as it is, and so does a page whose job runs on: only what stands
// around the form is exchanged.
async function renew() {
  const begun = form?.dataset.begun;
  const answer = await fetch(location.href).catch(() => null);
  const said = await answer?.text().catch(() => null);
  if (!said || answer.status >= 500 || (begun && !answer.ok)) { setTimeout(renew, 10000); return; }
  const page = new DOMParser().parseFromString(said, "text/html"), stage = find(".stage", page);
  if (!stage || !(begun || find("#job[data-running]", stage))) { location.reload(); return; }
  become(find(".stage"), stage);
  become(find(".history"), find(".history", page));
  find("[name=nonce]", form).value = find("#wish [name=nonce]", page).value;
  compare(document);
  follow();
}

// Refused, as too many pages are followed, or gone: look again later. A connection that broke is tried again by itself.
function lookAgain(stream) {
  stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) setTimeout(renew, 10000); });
}

// A running job, live; its page is loaded anew at its end.
let following = null;
function follow() {
  following?.close();
  const job = find("#job[data-running]");
  if (!job) return;
  const live = find("#live", job), status = find("#status", job);
  let told = 0;
  const stream = following = new EventSource(`/events?job=${encodeURIComponent(job.dataset.job)}`);
  stream.addEventListener("card", (event) => {
    const fresh = live.cloneNode(false);
    fresh.innerHTML = JSON.parse(event.data);
    become(live, fresh); // a picture that were made anew would have no height until it is loaded
    const headline = find(".headline", live).textContent;
    const now = Date.now(); // read aloud at most every ten seconds
    if (headline !== status.textContent && (now - told > 10000 || !/\d/.test(headline))) {
      status.textContent = headline;
      told = now;
    }
  });
  lookAgain(stream);
  stream.addEventListener("end", () => { stream.close(); renew(); });
}

// Whether one element can be changed into the other: elements with an id or a class only into their like.
const alike = (one, other) => one.nodeName === other.nodeName && one.id === other.id && one.className === other.className;

// Make a part of the page like a newer one, and touch nothing that is alike: what has the focus keeps it, and a click
// that was begun ends on its button. What is new is put in between, so that what stands after it stays.
function become(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const coming = [...fresh.childNodes];
  let at = old.firstChild;
  const drop = () => { const gone = at; at = at.nextSibling; gone.remove(); };
  while (coming.length) {
    const next = coming.shift();
    const stays = () => alike(at, next) || (at.nodeType === Node.ELEMENT_NODE && coming.some((each) => alike(at, each)));
    while (at && !stays()) drop();
    if (at && alike(at, next)) { become(at, next); at = at.nextSibling; } else old.insertBefore(next, at);
  }
  while (at) drop();
}

// A page of numbers, as they stand now. While the pointer is on a list its rows stay where they are.
function oversee() {
  const shown = find("[data-stream]");
  if (!shown) return;
  const stream = new EventSource(shown.dataset.stream);
  stream.addEventListener("overview", (event) => {
    if (find(".rows button:hover", shown)) return;
    const fresh = shown.cloneNode(false);
    fresh.innerHTML = JSON.parse(event.data);
    become(shown, fresh);
  });
  lookAgain(stream);
}

// A small sheet of paper to draw a sketch or map on.
function sketch(form) {
  const place = find(".sketch", form);
  if (!place) return;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 512;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", place.dataset.label);
  const pen = canvas.getContext("2d");
  const clear = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, 512, 512); };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * 512 / box.width, (event.clientY - box.top) * 512 / box.height];
  };
  clear();
  Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
  canvas.addEventListener("pointerdown", (event) => {
    form.dataset.begun = "yes";
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    const [x, y] = at(event);
    pen.moveTo(x, y);
    pen.lineTo(x + 0.01, y); // a tap is a dot, and a line without any length is none
    pen.stroke();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  const button = (label, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    made.addEventListener("click", act);
    return made;
  };
  const use = () => canvas.toBlob((blob) => {
    const held = new DataTransfer();
    held.items.add(new File([blob], "sketch.png", { type: "image/png" }));
    const empty = !find("#picture", form).files.length && !find("[name=of]", form).value && !find("[name=sample]:checked", form);
    const field = find(empty ? "#picture" : "#map", form); // without a picture, the drawing is the picture
    field.files = held.files;
    field.dispatchEvent(new Event("change"));
  });
  const row = document.createElement("div");
  row.className = "row";
  row.append(button(place.dataset.use, use), button(place.dataset.clear, clear));
  place.append(canvas, row);
}

const form = find("#wish");
if (form) {
  form.addEventListener("input", () => { form.dataset.begun = "yes"; });
  form.addEventListener("change", () => { form.dataset.begun = "yes"; });
  pictures(form);
  strength(form);
  sample(form);
  remember(form);
  send(form);
  sketch(form);
}
compare(document);
follow();
oversee();
// Browsers put a page back as it was left: its forms were sent already, and would lead to the jobs that they made then.
addEventListener("pageshow", (event) => { if (event.persisted) renew(); });
const error = find("#error");
if (error && !error.hidden) error.focus();
