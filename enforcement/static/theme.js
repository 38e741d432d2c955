/* Runs before the page is painted: marks that scripts run, and sets the light/dark and density
   that the reader chose (kept in this browser only), so that nothing flickers. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  function kept(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  }
  var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.setAttribute("data-bs-theme", kept("theme") || (dark ? "dark" : "light"));
  root.setAttribute("data-density", kept("density") || "comfortable");
})();
