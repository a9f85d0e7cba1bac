// What a product does with the element: it gives tokens, of its own server, and hears what happens.

const live = document.querySelector('live-edit');
const told = document.getElementById('told');

for (const kind of ['ready', 'turn', 'problem', 'token']) {
  live.addEventListener(`live-edit-${kind}`, async ({ detail }) => {
    const line = document.createElement('li');
    line.textContent = [kind, ...Object.values(detail)].join(' ');
    told.append(line);
    if (kind === 'token') live.token = await (await fetch('/token')).text();
  });
}
