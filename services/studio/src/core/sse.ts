// Server-sent events, read from text as it comes (the HTML standard, 9.2.6).

export interface Message {
  type: string;
  data: string;
  id: string;
}

export class Reader {
  /** The id of the last event, with which a stream is resumed. */
  last: string;
  /** In milliseconds: how long to wait before coming back, as the server said. */
  retry: number | undefined;
  #rest = '';
  #type = '';
  #data: string[] = [];

  constructor(last = '') {
    this.last = last;
  }

  /** The events that are whole with this. */
  *feed(text: string): Generator<Message> {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?=[^])/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        this.#field(line);
        continue;
      }
      if (this.#data.length) {
        yield { type: this.#type || 'message', data: this.#data.join('\n'), id: this.last };
      }
      this.#type = '';
      this.#data = [];
    }
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#type = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id') this.last = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
  }
}
