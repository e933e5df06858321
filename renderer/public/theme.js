// Runs before the first paint, so that the wrong theme is never seen (LAY-6).
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('kontor.theme');
  } catch {
    // Storage is closed to this page: follow the system.
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
