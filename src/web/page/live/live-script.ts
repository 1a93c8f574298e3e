/**
 * What keeps an open page current, as browsers run it: a module without a dependency. The page is
 * whole without it. It puts no text of an event into the page: the server makes every page.
 */
export const liveScript = `
const PAUSE = 1_000;
const AGAIN = 30_000;

const main = () => document.querySelector("main");
const said = document.getElementById("live");

/** Where the focus is, so that it can be found in another copy of the page. */
function focusIn(old) {
  const element = document.activeElement;
  if (element === null || !old.contains(element)) return null;
  const alike = [...old.querySelectorAll(element.localName)];
  const same = (other) => key(other) === key(element);
  const index = alike.filter(same).indexOf(element);
  const { selectionStart = null, selectionEnd = null } = element;
  return (next) => {
    const found = [...next.querySelectorAll(element.localName)].filter(same)[index];
    if (found === undefined) return next.focus({ preventScroll: true });
    found.focus({ preventScroll: true });
    if (selectionStart !== null) found.setSelectionRange(selectionStart, selectionEnd);
  };
}

function key(element) {
  return element.id || element.getAttribute("href") || element.textContent;
}

/** What was typed and not sent yet stays, and so does what was unfolded. */
function keepFields(old, next) {
  for (const field of old.querySelectorAll("input[id], select[id], textarea[id], details[id]")) {
    const other = next.querySelector("#" + CSS.escape(field.id));
    if (other === null) continue;
    if (field.localName === "details") keepOpen(field, other);
    else other.value = field.value;
  }
}

/** Whoever has begun to accept a value has seen that one: if it is another by now, the server says so. */
function keepOpen(old, next) {
  next.open = old.open;
  const [seen, now] = [old, next].map((one) => one.querySelector("[name=seen]"));
  if (old.open && seen !== null && now !== null) now.value = seen.value;
}

function replaceMain(page) {
  const old = main();
  const next = page.querySelector("main");
  if (next === null || old.isEqualNode(next)) return;
  const focus = focusIn(old);
  const [x, y] = [scrollX, scrollY];
  keepFields(old, next);
  const shown = document.adoptNode(next);
  old.replaceWith(shown);
  document.title = page.title;
  focus?.(shown);
  scrollTo({ left: x, top: y, behavior: "instant" });
  const sentence = shown.querySelector("h1")?.textContent ?? "";
  say("Updated " + new Date().toLocaleTimeString() + ": " + sentence);
}

function say(text) {
  said.textContent = text;
}

/** The sign-in leads back here, and what was typed would be lost: when it is sent, it is kept. */
function askToSignIn() {
  const isTyped = [...document.querySelectorAll("textarea")].some(({ value }) => value.trim() !== "");
  if (!isTyped) return location.reload();
  say("You are signed out, and what is shown may be old. Send what you typed to go on: you are asked to sign in.");
}

let isBusy = false;
let isWanted = false;

/** One at a time, at most one a second, and none while nobody looks. */
async function refresh() {
  isWanted = true;
  if (isBusy || document.hidden) return;
  isBusy = true;
  while (isWanted && !document.hidden) {
    isWanted = false;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.redirected) askToSignIn();
      else if (answer.status === 429) isWanted = true;
      else replaceMain(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      say("The service does not answer. What is shown may be old.");
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  isBusy = false;
}

let events = null;

/** A browser opens few connections to one service: a page that nobody sees takes none. */
function attend() {
  if (document.hidden) {
    events?.close();
    events = null;
  } else if (events === null) {
    events = listen();
  }
}

function listen() {
  const wanted = main().dataset.live;
  const source = new EventSource("/page/events");
  source.addEventListener("open", () => {
    say("Live");
    // A run may have ended since the page was made.
    void refresh();
  });
  source.addEventListener("run", ({ data }) => {
    if (wanted === "" || wanted === JSON.parse(data).tenant) void refresh();
  });
  source.addEventListener("error", () => {
    // Refused rather than interrupted: the browser does not try again by itself.
    const isRefused = source.readyState === EventSource.CLOSED;
    const why = isRefused ? "the service refuses it for now" : "the service does not answer";
    say("Not live: " + why + ". What is shown may be old.");
    if (!isRefused) return;
    // It may be the session that is over.
    void refresh();
    setTimeout(() => {
      if (events !== source) return;
      events = null;
      attend();
      void refresh();
    }, AGAIN);
  });
  return source;
}

if (main()?.dataset.live !== undefined) {
  document.addEventListener("visibilitychange", attend);
  attend();
}
`;
