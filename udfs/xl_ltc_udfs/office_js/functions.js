/* The LTC worksheet functions: each call goes to the server this script came from, and its answer back to Excel. */
"use strict";

(() => {
  const MOST_CALLS = 250; // in one request
  const MOST_CHARACTERS = 4e6;
  const GATHERING_TIME = 5; // milliseconds; Excel asks for the cells of one calculation one by one
  const CHECKING_TIME = 15000;
  const ERROR_CODES = {
    "#VALUE!": "invalidValue",
    "#NUM!": "invalidNumber",
    "#N/A": "notAvailable",
    "#DIV/0!": "divisionByZero",
    "#REF!": "invalidReference",
    "#NAME?": "invalidName",
    "#NULL!": "nullReference",
  };

  /* ---- Cells: Excel's to JSON's, and back ---- */

  function cellToSend(cell) {
    if (typeof cell === "number") {
      if (Object.is(cell, -0)) return { number: "-0" };
      return Number.isFinite(cell) ? cell : { number: String(cell) };
    }
    if (typeof cell === "string" || typeof cell === "boolean") return cell;
    if (cell === null || cell === undefined) return "";
    if (isError(cell)) return { error: cell.code };
    if (cell.type === "Error") return { error: cell.basicValue || "#VALUE!" };
    return "basicValue" in cell ? cellToSend(cell.basicValue) : { error: "#VALUE!" };
  }

  function isError(cell) {
    return typeof cell.code === "string" && cell.code.startsWith("#");
  }

  function argumentToSend(argument) {
    if (argument === null || argument === undefined) return null;
    if (!Array.isArray(argument)) return cellToSend(argument);
    return argument.map((row) => (Array.isArray(row) ? row.map(cellToSend) : [cellToSend(row)]));
  }

  /* Excel gives every declared argument, null if left out, and after them an object about the invocation. */
  function argumentsToSend(given, declared) {
    const last = given[given.length - 1];
    const own = given.length === declared + 1 || isInvocation(last) ? given.slice(0, -1) : given;
    return own.map(argumentToSend);
  }

  function isInvocation(last) {
    return typeof last === "object" && last !== null && !Array.isArray(last) && !isError(last) && !("basicValue" in last);
  }

  function cellForExcel(cell) {
    if (typeof cell !== "object") return cell;
    return new CustomFunctions.Error(CustomFunctions.ErrorCode[ERROR_CODES[cell.error]], cell.reason);
  }

  /* A single error is thrown: so it is documented, and so its reason is shown at the cell. */
  function rowsForExcel(rows) {
    const cells = rows.map((row) => row.map(cellForExcel));
    if (rows.length === 1 && rows[0].length === 1 && typeof rows[0][0] === "object") throw cells[0][0];
    return cells;
  }

  /* ---- Calls: gathered into requests, each answered line by line ---- */

  let waiting = [];
  let timer = null;

  function call(name, given) {
    const text = JSON.stringify([name, argumentsToSend(given, LTC_ARGUMENTS[name])]);
    return new Promise((resolve) => {
      waiting.push({ text, resolve });
      if (timer === null) timer = setTimeout(sendWaiting, GATHERING_TIME);
    }).then(rowsForExcel);
  }

  function sendWaiting() {
    const calls = waiting;
    waiting = [];
    timer = null;
    let batch = [];
    let characters = 0;
    for (const one of calls) {
      if (batch.length === MOST_CALLS || (batch.length && characters + one.text.length > MOST_CHARACTERS)) {
        send(batch);
        batch = [];
        characters = 0;
      }
      batch.push(one);
      characters += one.text.length;
    }
    send(batch);
  }

  /* The functions have no effect but their answer: what a failed request leaves unanswered is asked again, alone. */
  async function send(calls) {
    const open = new Map(calls.entries());
    let problem = { error: "#VALUE!", reason: "xl-ltc serve: the answer broke off" };
    let again = true;
    try {
      const reply = await post(calls.map((one) => one.text).join("\n"));
      if (reply.ok) {
        await eachLine(reply.body, ([position, rows]) => {
          if (open.has(position)) open.get(position).resolve(rows);
          open.delete(position);
        });
      } else {
        problem = { error: "#VALUE!", reason: "xl-ltc serve: " + (await refusal(reply)) };
        again = reply.status !== 403 && reply.status !== 503;
      }
    } catch (failure) {
      if (failure instanceof Unreachable) {
        problem = { error: "#N/A", reason: "xl-ltc serve does not answer; start it, then recalculate" };
        again = false;
      }
    }
    for (const one of open.values()) {
      if (again && calls.length > 1) send([one]);
      else one.resolve([[problem]]);
    }
  }

  class Unreachable extends Error {}

  async function refusal(reply) {
    try {
      return (await reply.json()).error;
    } catch {
      return "status " + reply.status;
    }
  }

  async function eachLine(body, take) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) take(JSON.parse(line));
    }
  }

  /* ---- The server: it knows its own page by a token that is new each time it starts ---- */

  let token = tokenOf(document);

  function tokenOf(page) {
    return page.querySelector('meta[name="xl-ltc-token"]').content;
  }

  async function post(body) {
    const reply = await request("/call", { method: "POST", body });
    if (reply.status !== 403) return reply;
    await renewToken();
    return request("/call", { method: "POST", body });
  }

  async function request(path, options) {
    const headers = { "Content-Type": "application/x-ndjson", "X-XL-LTC-Token": token };
    try {
      return await fetch(path, { ...options, headers, cache: "no-store" });
    } catch {
      throw new Unreachable();
    }
  }

  async function renewToken() {
    const page = await (await request("/taskpane.html", {})).text();
    token = tokenOf(new DOMParser().parseFromString(page, "text/html"));
  }

  /* ---- The task pane ---- */

  async function showStatus() {
    try {
      let reply = await request("/health", {});
      if (reply.status === 403) {
        await renewToken();
        reply = await request("/health", {});
      }
      const health = await reply.json();
      show("connected", "Connected", `xl_ltc ${health.version}`);
    } catch {
      show("disconnected", "Not connected", "Start xl-ltc serve in a terminal, then recalculate.");
    }
  }

  function show(state, title, note) {
    const status = document.getElementById("status");
    status.dataset.state = state;
    status.querySelector("b").textContent = title;
    status.querySelector("span").textContent = note;
  }

  function filter(event) {
    const words = event.target.value.toLowerCase().split(/\s+/);
    for (const section of document.querySelectorAll("section")) {
      let shown = false;
      for (const details of section.querySelectorAll("details")) {
        const text = details.textContent.toLowerCase();
        details.hidden = !words.every((word) => text.includes(word));
        shown = shown || !details.hidden;
      }
      section.hidden = !shown;
    }
  }

  document.getElementById("filter").addEventListener("input", filter);
  showStatus();
  setInterval(showStatus, CHECKING_TIME);

  /* Without office.js the page is still a reference of the functions. */
  if (typeof CustomFunctions !== "undefined") {
    Office.onReady();
    for (const name of Object.keys(LTC_ARGUMENTS)) {
      CustomFunctions.associate(name, (...given) => call(name, given));
    }
  }
})();
