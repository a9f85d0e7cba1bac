// What a page missed: edits are told to those who listen, and it did not yet when it was rendered.

/** Answers what page/missed.mjs asks, as the page of one server begins to listen. */
export class Missed {
  #edited; // when browsers were told to show something new, the last time
  #before = new WeakMap(); // by socket, what that was as it was opened

  constructor({ ws }) {
    ws.on('connection', (socket) => this.#before.set(socket, this.#edited));
    ws.on('nurseryd:listens', (_, client) => {
      const edited = this.#before.get(client.socket);
      if (edited !== undefined) client.send('nurseryd:edited', { ago: performance.now() - edited });
    });
  }

  /** Browsers are told to show something new. */
  note() {
    this.#edited = performance.now();
  }
}
