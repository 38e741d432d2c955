/* The pages' one script: everything works without it, it only makes things quicker.
   Attributes it reads: data-confirm, data-confirm-yes, data-auto, data-check-all, data-check-count,
   data-copy, data-fill-login, data-toggle-theme, data-toggle-density, data-print, data-chart, data-repeat. */
(function () {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from) => Array.from((from || document).querySelectorAll(selector));
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } };

  /* ---- light, dark, density ---- */
  function setTheme(theme) {
    root.setAttribute("data-bs-theme", theme);
    drawCharts(document);
  }
  function toggleTheme() {
    const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    keep("theme", theme);
    setTheme(theme);
  }
  function toggleDensity() {
    const density = root.getAttribute("data-density") === "compact" ? "comfortable" : "compact";
    keep("density", density);
    root.setAttribute("data-density", density);
  }

  /* ---- asking once before an act that cannot be undone ---- */
  function ask(text, yes, then) {
    const box = document.createElement("dialog");
    box.className = "ask";
    const title = document.createElement("h2");
    title.textContent = "请确认";
    const body = document.createElement("p");
    body.textContent = text;
    const form = document.createElement("form");
    form.method = "dialog";
    form.className = "form-acts";
    const go = button(yes || "确认办理", "btn btn-danger", "yes");
    const back = button("返回", "btn", "");
    form.append(go, back);
    box.append(title, body, form);
    box.addEventListener("close", () => {
      const agreed = box.returnValue === "yes";
      box.remove();
      if (agreed) then();
    });
    document.body.append(box);
    box.showModal();
    back.focus();
  }
  function button(text, css, value) {
    const made = document.createElement("button");
    made.className = css;
    made.value = value;
    made.textContent = text;
    return made;
  }

  /* ---- notes (error of a partial request and the like) ---- */
  function note(text, tone) {
    const place = document.getElementById("notes");
    if (!place) return;
    const item = document.createElement("div");
    item.className = "note note-" + (tone || "late");
    item.setAttribute("role", "alert");
    item.textContent = text;
    place.append(item);
    item.scrollIntoView({ block: "nearest" });
  }

  /* ---- forms ---- */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const by = event.submitter;
    const text = (by && by.dataset.confirm) || form.dataset.confirm;
    if (text && !form.dataset.agreed) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(text, (by && by.dataset.confirmYes) || form.dataset.confirmYes, () => {
        form.dataset.agreed = "1";
        form.requestSubmit(by || undefined);
        delete form.dataset.agreed;
      });
      return;
    }
    const method = form.getAttribute("method") || "get";  /* form.method may be a field of that name */
    if (method.toLowerCase() !== "post" || form.dataset.repeat !== undefined || form.matches("[hx-post], [data-hx-post]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (by) by.setAttribute("aria-busy", "true");
  }, true);
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("[aria-busy]", form).forEach((b) => b.removeAttribute("aria-busy"));
  }));

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("[data-check-all]")) {
      all(".pick", input.closest("form, table")).forEach((box) => { box.checked = input.checked; });
    }
    if (input.matches(".pick, [data-check-all]")) countPicked(input.closest("form"));
    if (input.matches("[data-auto]")) input.form.requestSubmit();
    if (input.matches("input[type=date]")) dayNote(input);
  });
  function countPicked(form) {
    if (!form) return;
    const number = all(".pick:checked", form).length;
    all("[data-check-count]", form).forEach((place) => { place.textContent = number; });
  }

  /* A date field says which weekday it is, and whether the court rests (from #rest-days). */
  function dayNote(input) {
    const on = input.valueAsDate;
    let place = input.parentElement.querySelector(".day-note");
    if (!place) {
      place = document.createElement("span");
      place.className = "day-note";
      place.setAttribute("role", "status");
      input.parentElement.append(place);
    }
    if (!on) { place.textContent = ""; return; }
    const known = document.getElementById("rest-days");
    const days = known ? JSON.parse(known.textContent) : {};
    const weekend = on.getUTCDay() % 6 === 0;
    const name = (days.rest || {})[input.value];
    const rests = name || (weekend && !(days.work || []).includes(input.value));
    place.textContent = "周" + "日一二三四五六"[on.getUTCDay()] + (rests ? "，" + (name || "休息日") : "");
    place.classList.toggle("rest", Boolean(rests));
  }

  /* ---- clicks and keys ---- */
  document.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const hit = (selector) => event.target.closest(selector);
    if (hit("[data-toggle-theme]")) toggleTheme();
    if (hit("[data-toggle-density]")) toggleDensity();
    if (hit("[data-print]")) window.print();
    const copy = hit("[data-copy]");
    if (copy && navigator.clipboard) navigator.clipboard.writeText(copy.dataset.copy).then(() => { copy.textContent = "已复制"; });
    const fill = hit("[data-fill-login]");
    if (fill) {
      document.getElementById("id_login").value = fill.dataset.fillLogin;
      document.getElementById("id_password").value = fill.dataset.fillPassword;
      document.getElementById("id_login").form.querySelector(".btn-primary").focus();
    }
    const flip = hit("[data-chart-switch]");
    if (flip) {
      const figure = flip.closest(".chart");
      flip.setAttribute("aria-pressed", String(figure.classList.toggle("as-table")));
      drawCharts(figure.parentElement);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      all("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.getElementById("search");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
  });

  /* ---- htmx: token, progress, errors ---- */
  let waiting = 0;
  function busy(step) {
    waiting = Math.max(0, waiting + step);
    root.classList.toggle("busy", waiting > 0);
  }
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("meta[name=csrf-token]");
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, event.target.dataset.confirmYes, () => event.detail.issueRequest(true));
  });
  document.addEventListener("htmx:beforeRequest", () => busy(1));
  document.addEventListener("htmx:afterRequest", () => busy(-1));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    if (answer.status < 400 || !/^\s*<!doctype/i.test(answer.responseText)) return;
    event.detail.shouldSwap = false;  /* a whole error page has no place inside this one */
    const page = new DOMParser().parseFromString(answer.responseText, "text/html");
    const said = page.querySelector("[data-error]") || page.querySelector("h1");
    note(said ? said.textContent.trim() : "没有办成，请稍后重试。");
  });
  document.addEventListener("htmx:sendError", () => note("连不上服务器，您填写的内容还在本页，请检查网络后重试。"));
  document.addEventListener("htmx:timeout", () => note("服务器没有及时答复，请稍后重试。"));
  document.addEventListener("htmx:afterSettle", (event) => {
    drawCharts(event.target);
    const wrong = event.target.querySelector(".error-box");
    if (wrong) wrong.focus();
  });

  /* ---- charts: <figure data-chart="ID"> with <script type="application/json" id="ID"> ---- */
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const tones = ["accent", "ok", "soon", "late", "paused", "muted"];
  function drawCharts(from) {
    if (!window.echarts || !from) return;
    all("figure[data-chart]", from).forEach((figure) => {
      const place = figure.querySelector(".chart-canvas");
      const source = document.getElementById(figure.dataset.chart);
      if (!place || !source || !place.offsetWidth) return;
      const data = JSON.parse(source.textContent);
      const old = window.echarts.getInstanceByDom(place);
      if (old) old.dispose();
      const chart = window.echarts.init(place, null, { renderer: "canvas", devicePixelRatio: Math.max(2, window.devicePixelRatio) });
      chart.setOption(options(data));
      chart.on("click", (hit) => {
        const urls = data.urls || [];
        const url = Array.isArray(urls[hit.seriesIndex]) ? urls[hit.seriesIndex][hit.dataIndex] : urls[hit.dataIndex];
        if (url) window.location.assign(url);
      });
    });
  }
  function options(data) {
    const text = colour("--text"), soft = colour("--soft"), line = colour("--line");
    const lying = data.kind === "bars" || data.kind === "stacked";
    const names = { type: "category", data: data.labels, inverse: lying, axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      axisLabel: { color: text, fontSize: 12, width: lying ? 120 : undefined, overflow: "truncate" } };
    const values = { type: "value", max: data.max, min: data.min, axisLabel: { color: soft, formatter: (v) => v.toLocaleString() + (data.unit === "%" ? "%" : "") },
      splitLine: { lineStyle: { color: line } }, minInterval: data.unit === "%" ? undefined : 1 };
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text },
      aria: { enabled: true, decal: { show: data.kind === "stacked", decals: decals() } },
      grid: { left: 8, right: 24, top: data.series.length > 1 ? 32 : 12, bottom: 8, containLabel: true },
      legend: data.series.length > 1 ? { type: "scroll", top: 0, left: 0, right: 0, itemWidth: 16, itemHeight: 10, textStyle: { color: text } } : undefined,
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: lying ? "shadow" : "line" },
        valueFormatter: (v) => (v === null || v === undefined ? "—" : v.toLocaleString() + " " + (data.unit || "")) },
      xAxis: lying ? values : Object.assign(names, { boundaryGap: false }),
      yAxis: lying ? names : values,
      series: data.series.map((one, i) => series(data, one, i, text)),
    };
  }
  function decals() {
    const quiet = { symbol: "none" };
    return [quiet, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: "rgba(255,255,255,.45)" },
      { symbol: "circle", symbolSize: .6, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], color: "rgba(255,255,255,.4)" },
      { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1, 4], color: "rgba(255,255,255,.35)" }];
  }
  function series(data, one, i, text) {
    const fill = colour("--fill-" + (one.tone || tones[i % tones.length]));
    const base = { name: one.name, data: one.values, itemStyle: { color: fill } };
    if (data.kind === "lines") {
      return Object.assign(base, { type: "line", symbol: ["circle", "rect", "triangle", "diamond"][i % 4], symbolSize: 7, connectNulls: false,
        lineStyle: { color: fill, width: 2, type: ["solid", "dashed", "dotted"][i % 3] } });
    }
    return Object.assign(base, { type: "bar", stack: data.kind === "stacked" ? "all" : undefined, barMaxWidth: 22, cursor: data.urls ? "pointer" : "default",
      label: { show: data.kind === "bars" && data.series.length === 1, position: "right", color: text, formatter: (p) => (p.value === null || p.value === undefined ? "—" : p.value.toLocaleString()) } });
  }

  let resized;
  window.addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(() => drawCharts(document), 150); });
  let before = "";
  window.addEventListener("beforeprint", () => { before = root.getAttribute("data-bs-theme"); if (before === "dark") setTheme("light"); });
  window.addEventListener("afterprint", () => { if (before === "dark") setTheme("dark"); });

  document.addEventListener("DOMContentLoaded", () => {
    drawCharts(document);
    all("input[type=date]").filter((input) => input.value).forEach(dayNote);
    const wrong = document.querySelector(".error-box");
    if (wrong) wrong.focus();
    const here = document.querySelector(".side a[aria-current]");
    const side = document.querySelector(".side");
    if (here && side.scrollWidth > side.clientWidth) side.scrollLeft = here.offsetLeft - 40;
  });
})();
