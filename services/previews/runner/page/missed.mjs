// A page that an edit was not told to, since it came between the page's request and its socket.

if (import.meta.hot) {
  import.meta.hot.on('nurseryd:edited', ({ ago }) => {
    const [{ requestStart = 0 } = {}] = performance.getEntriesByType('navigation');
    // What the answer took on its way makes the page seem older: rather loaded once too often.
    if (performance.now() - requestStart > ago) window.location.reload();
  });
  import.meta.hot.send('nurseryd:listens');
}
