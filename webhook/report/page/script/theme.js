// Before anything is shown: the theme that was chosen last, and word that scripts run.
(() => {
  const root = document.documentElement;
  root.dataset.script = "";
  try {
    const kept = localStorage.getItem("slimgate-theme");
    if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  } catch {
    // A browser that keeps nothing for files: the theme of the system it is.
  }
})();
