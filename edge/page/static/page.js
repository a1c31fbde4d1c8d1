"use strict";

const SVG = "http://www.w3.org/2000/svg";
const SIGNS = { "undecided": "?", "compliant": "✓", "not compliant": "!", "muted": "–" };
const MUTE_MINUTES = 10;

const $ = (id) => document.getElementById(id);
const token = document.querySelector("meta[name=token]").content;
const verdicts = new Map();  // by a person's number: what was last spoken of them
let source = null;
let drawing = false;
let muted = false;
let muteEnds = 0;  // on the page's own clock: while the door is blind, no state comes

// The stream is open only while the page can be seen, so that no picture is sent to a hidden one.

function open() {
  if (source || document.hidden) return;
  source = new EventSource("stream");
  source.addEventListener("state", (event) => show(JSON.parse(event.data)));
  source.addEventListener("away", (event) =>
    veil(`The door process does not answer (${JSON.parse(event.data)}). Trying again.`, "no door"),
  );
  source.addEventListener("expired", ended);
  source.addEventListener("error", () => {
    veil("The connection is lost. Trying again.", "not connected");
    if (source.readyState === EventSource.CLOSED) askAgain();  // it was refused
  });
}

function close() {
  source?.close();
  source = null;
}

async function askAgain() {
  close();
  try {
    const response = await fetch("session");
    if (response.status === 401) return ended();
  } catch { /* not back yet */ }
  setTimeout(open, 2000);
}

function ended() {
  close();
  location.replace("/?ended");
}

function veil(text, status) {
  $("veil").textContent = text;
  $("veil").hidden = false;
  setStatus(status, "bad");
}

function setStatus(text, kind) {
  const pill = $("status");
  if (pill.textContent !== text) pill.textContent = text;
  pill.className = `pill ${kind}`;
}

// A state

function show(state) {
  showStatus(state);
  showPeople(state);
  showSize(state);
  showOutputs(state);
  showDevice(state);
  showPicture(state);
}

function showStatus(state) {
  if (state.blind !== null) {
    veil(`The camera gives no picture${state.blind ? `: ${state.blind}` : "."}`, "blind");
    return;
  }
  $("veil").hidden = true;
  setStatus(state.outputs.led ? "alert" : "watching", state.outputs.led ? "bad" : "good");
}

async function showPicture(state) {
  if (drawing || !state.jpeg) return;  // a slow phone skips pictures instead of falling behind
  drawing = true;
  try {
    const image = new Image();
    image.src = `data:image/jpeg;base64,${state.jpeg}`;
    await image.decode();
    const canvas = $("picture");
    if (canvas.width !== state.width || canvas.height !== state.height) {
      canvas.width = state.width;
      canvas.height = state.height;
      $("boxes").setAttribute("viewBox", `0 0 ${state.width} ${state.height}`);
      $("stage").style.aspectRatio = `${state.width} / ${state.height}`;
    }
    canvas.getContext("2d").drawImage(image, 0, 0);
    canvas.setAttribute("aria-label", `Live picture, ${count(state)}`);
    showBoxes(state);
  } finally {
    drawing = false;
  }
}

function showBoxes(state) {
  const high = Math.max(11, Math.min(state.width, state.height) * 0.036);
  $("boxes").replaceChildren(...state.people.flatMap((person) => box(person, high, state.width)));
}

function box(person, high, width) {
  const [left, top, right, bottom] = person.box;
  const kind = kindOf(person);
  const frame = element("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: high / 5 });
  const rim = frame.cloneNode();
  rim.setAttribute("class", "rim");
  frame.setAttribute("class", `box ${classOf(kind)}`);
  const text = `${SIGNS[kind]} ${kind === "muted" ? "ignored" : kind}`;
  const wide = text.length * high * 0.56 + high;
  const x = Math.max(0, Math.min(left, width - wide));
  const above = top - high * 1.5;
  const y = above >= 0 ? above : top;
  const ground = element("rect", { x, y, width: wide, height: high * 1.5, rx: high / 5 });
  ground.setAttribute("class", `ground ${classOf(kind)}`);
  const label = element("text", { x: x + high / 2, y: y + high * 1.1, "font-size": high, textLength: wide - high });
  label.setAttribute("class", `label ${classOf(kind)}`);
  label.textContent = text;
  return [rim, frame, ground, label];
}

function showPeople(state) {
  $("nobody").hidden = state.people.length > 0;
  const list = $("people");
  const rows = new Map([...list.children].map((row) => [row.dataset.number, row]));
  const wanted = state.people.map((person) => fill(rows.get(String(person.number)) ?? newRow(person), person, state));
  if (wanted.length !== list.children.length || wanted.some((row, index) => row !== list.children[index])) {
    list.replaceChildren(...wanted);
  }
  speak(state);
}

function newRow(person) {
  const row = document.createElement("li");
  row.dataset.number = person.number;
  row.innerHTML =
    '<span class="sign" aria-hidden="true"></span><span class="name"></span><span class="verdict"></span>' +
    '<div class="evidence" role="meter"><div class="needle"></div></div><span class="detail"></span>';
  return row;
}

function fill(row, person, state) {
  const kind = kindOf(person);
  row.className = classOf(kind);
  set(row, ".sign", SIGNS[kind]);
  set(row, ".name", `Person ${person.number}`);
  set(row, ".verdict", kind === "muted" ? "static picture, ignored" : kind);
  set(row, ".detail", `${person.face_px} px, P(not compliant) ${person.p_not_compliant.toFixed(2)}`);
  const [lower, upper] = state.evidence_bounds;
  const meter = row.querySelector(".evidence");
  meter.ariaLabel = `Evidence for person ${person.number}`;
  meter.ariaValueMin = lower;
  meter.ariaValueMax = upper;
  meter.ariaValueNow = person.evidence;
  meter.ariaValueText = `${person.evidence.toFixed(1)}, compliant at ${lower.toFixed(1)}, not at ${upper.toFixed(1)}`;
  const share = (person.evidence - lower) / (upper - lower || 1);
  meter.firstChild.style.left = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return row;
}

function speak(state) {
  const said = [];
  for (const person of state.people) {
    if (person.muted || verdicts.get(person.number) === person.verdict) continue;
    if (person.verdict !== "undecided") said.push(`Person ${person.number}: ${person.verdict}.`);
    verdicts.set(person.number, person.verdict);
  }
  if (said.length) $("spoken").textContent = said.join(" ");
}

function showSize(state) {
  const sizes = state.people.filter((person) => !person.muted).map((person) => person.face_px);
  const largest = Math.max(0, ...sizes);
  const needed = state.min_face_px;
  const near = largest >= needed;
  $("min-face-px").textContent = needed;
  $("face-px").textContent = sizes.length ? largest : "–";
  $("size-advice").textContent = !sizes.length ? "Nobody is in view." : near ? "Near enough to alert." : "Step closer.";
  $("size-advice").className = `advice ${sizes.length ? (near ? "good" : "bad") : ""}`;
  const most = Math.max(2 * needed, largest, 1);
  const track = $("size-track");
  track.ariaValueMax = most;
  track.ariaValueNow = largest;
  track.ariaValueText = sizes.length ? `${largest} of ${needed} pixels` : "nobody in view";
  track.className = near ? "good" : "bad";
  $("size-fill").style.width = `${(largest / most) * 100}%`;
  $("size-mark").style.left = `${(needed / most) * 100}%`;
}

function showOutputs(state) {
  for (const [name, on] of Object.entries(state.outputs)) {
    const item = $(name);
    item.hidden = on === null;
    item.classList.toggle("on", on === true);
    set(item, "b", on ? "on" : "off");
  }
  muteEnds = performance.now() + 1000 * state.buzzer_muted_seconds;
  showMute();
}

function showMute() {
  const left = Math.ceil((muteEnds - performance.now()) / 60_000);
  muted = left > 0;
  set(document, "#mute", muted ? `End mute (${left} min left)` : `Mute ${MUTE_MINUTES} minutes`);
}

function showDevice(state) {
  $("rate").textContent = state.frames_per_second.toFixed(1);
  $("celsius").textContent = state.celsius === null ? "unknown" : `${state.celsius.toFixed(0)} °C`;
  $("resolution").textContent = `${state.width} × ${state.height}`;
  const stages = Object.entries(state.milliseconds);
  const whole = stages.reduce((sum, [, taken]) => sum + taken, 0);
  const rows = [...stages, ["in all", whole]].map(([stage, taken]) => {
    const row = document.createElement("div");
    row.append(Object.assign(document.createElement("dt"), { textContent: stage }));
    row.append(Object.assign(document.createElement("dd"), { textContent: taken.toFixed(1) }));
    return row;
  });
  $("stages").replaceChildren(...rows);
}

// Commands

async function command(request, done) {
  const answer = $("answer");
  answer.textContent = "";
  try {
    const response = await post("command", request);
    if (response.status === 401) return ended();
    const { ok, reason } = await response.json();
    answer.textContent = ok ? done : reason;
    answer.className = `advice ${ok ? "good" : "bad"}`;
  } catch {
    answer.textContent = "The page does not answer.";
    answer.className = "advice bad";
  }
}

function post(path, content) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Maskwatch-Token": token },
    body: JSON.stringify(content),
  });
}

$("test-led").addEventListener("click", () => command({ do: "test", output: "led" }, "The LED blinks for two seconds."));
$("test-buzzer").addEventListener("click", () => command({ do: "test", output: "buzzer" }, "The buzzer sounds."));
$("mute").addEventListener("click", () =>
  muted
    ? command({ do: "unmute" }, "The buzzer sounds again.")
    : command({ do: "mute", minutes: MUTE_MINUTES }, `The buzzer is silent for ${MUTE_MINUTES} minutes; the LED works.`),
);
$("sign-out").addEventListener("click", async () => {
  await post("sign-out", {});
  close();
  location.replace("/");
});
setInterval(showMute, 1000);
$("sign-out").hidden = document.querySelector("meta[name=password]").content !== "true";

// Small things

function kindOf(person) {
  return person.muted ? "muted" : person.verdict;
}

function classOf(kind) {
  return kind.replace(" ", "-");
}

function count(state) {
  const people = state.people.filter((person) => !person.muted).length;
  return people === 0 ? "nobody in view" : people === 1 ? "1 person in view" : `${people} people in view`;
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function set(within, selector, text) {
  const found = within.querySelector(selector);
  if (found.textContent !== text) found.textContent = text;  // so that screen readers hear only of changes
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
open();
