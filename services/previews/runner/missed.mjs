// What a page missed: edits are told to those who listen, and it did not yet when it was rendered.

/** Answers what page/missed.mjs asks, as a page begins to listen, whichever server it came from. */
export class Missed {
  #edited; // when browsers were told to show something new, the last time
  #before = new WeakMap(); // by socket, what that was as it was opened

  /** There is a server, perhaps one that begins anew. */
  follow({ ws }) {
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
