// What a product does with the frame: it hears that one alone, and answers it alone.

const frame = document.querySelector('iframe');
const told = document.getElementById('told');
const { origin } = new URL(frame.dataset.src);
const say = (message) =>
  frame.contentWindow.postMessage({ source: 'nurseryd', version: 1, ...message }, origin);

addEventListener('message', async (event) => {
  if (event.source !== frame.contentWindow || event.origin !== origin) return;
  const { source, version, type, ...rest } = event.data;
  if (source !== 'nurseryd' || version !== 1) return;
  const line = document.createElement('li');
  line.textContent = [type, ...Object.values(rest)].join(' ');
  told.append(line);
  if (type === 'token-wanted') say({ type: 'token', token: await (await fetch('/token')).text() });
});
// Not before somebody listens: what a frame says as it begins would be lost.
frame.src = frame.dataset.src;
