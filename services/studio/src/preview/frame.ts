// The frame that a page of the site is in, and what is known of the page.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type FromPage, type PageFacts, type PageProblem, type Picked, read, type ToPage, written } from './protocol.ts';

/**
 * Has its host shown again when the page says something. `find` is the frame of the host, and
 * `picked` is called when a person pointed at something.
 */
export class Frame implements ReactiveController {
  page: PageFacts | null = null;
  isPicking = false;
  /** The last error of the page's own code, and how many there were since it was loaded. */
  problem: PageProblem | null = null;
  problems = 0;
  /** Whether the page can be told to do something: once it told where it is, until it goes. */
  isAlive = false;
  /** Whether a page has said that it is there; what hears the studio it may still be loading. */
  isThere = false;
  /** Whether any page was there since the last `load` from `nothing`. */
  wasLoaded = false;
  readonly #host: ReactiveControllerHost;
  readonly #find: () => HTMLIFrameElement | null;
  readonly #picked: (picked: Picked) => void;
  #origin = '';
  #isWanted = false; // whether a person asked to point at something

  constructor(
    host: ReactiveControllerHost,
    find: () => HTMLIFrameElement | null,
    picked: (picked: Picked) => void,
  ) {
    this.#host = host;
    this.#find = find;
    this.#picked = picked;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('message', this.#hear);
  }

  hostDisconnected(): void {
    window.removeEventListener('message', this.#hear);
  }

  /** Where the pages come from that may speak: none before the first one is loaded. */
  get origin(): string {
    return this.#origin;
  }

  /** Show a page. */
  load(url: string): void {
    const frame = this.#find();
    if (!frame) return;
    this.#origin = new URL(url).origin;
    this.leave();
    frame.src = url;
  }

  /** What was said of a page is so no more: it is about to go. */
  leave(): void {
    this.isThere = this.isAlive = false;
  }

  /** Nothing is to be seen of the pages until now. */
  forget(): void {
    this.leave();
    this.wasLoaded = this.isPicking = this.#isWanted = false;
    this.page = this.problem = null;
    this.#host.requestUpdate();
  }

  /** The frame has a document, perhaps one that says nothing. */
  loaded(): void {
    if (!this.#origin) return;
    this.wasLoaded = true;
    this.#host.requestUpdate();
  }

  /** Tell the page; false where there is none that would hear it. */
  send(message: ToPage): boolean {
    return this.isAlive && this.#post(message);
  }

  #post(message: ToPage): boolean {
    const target = this.#find()?.contentWindow;
    target?.postMessage(written(message), this.#origin);
    return Boolean(target);
  }

  /** Let a person point at something in the page, or no more. */
  pick(on: boolean): void {
    this.#isWanted = on && this.send({ type: 'pick', on });
    if (on) this.#find()?.focus();
    else this.send({ type: 'pick', on });
    this.isPicking &&= this.#isWanted;
    this.#host.requestUpdate();
  }

  /** Forget the error of the page's code: a person has seen it. */
  dismiss(): void {
    this.problem = null;
    this.#host.requestUpdate();
  }

  readonly #hear = ({ source, origin, data }: MessageEvent): void => {
    const frame = this.#find();
    if (!frame || origin !== this.#origin) return;
    const message = read(data);
    // Of a page that has gone a browser names no window.
    const isItsOwn = source === frame.contentWindow || (source === null && message?.type === 'gone');
    if (message && isItsOwn) this.#take(message);
  };

  #take(message: FromPage): void {
    if (message.type === 'here') {
      // What listens to the studio it loads when it is greeted.
      this.isAlive = false;
      this.isThere = this.wasLoaded = true;
      this.isPicking = this.#isWanted = false;
      this.problem = null;
      this.problems = 0;
      this.#post({ type: 'hello' });
    } else if (message.type === 'gone') {
      this.leave();
      this.isPicking = this.#isWanted = false;
    } else if (message.type === 'page') {
      this.isAlive = true;
      const { address, title, back, forward } = message;
      this.page = { address, title, back, forward };
    } else if (message.type === 'problem') {
      this.problem = { message: message.message, file: message.file, line: message.line };
      this.problems += 1;
    } else if (message.type === 'picking') {
      this.isPicking = message.on && this.#isWanted;
      this.#isWanted &&= message.on;
    } else if (this.#isWanted) {
      // What comes when no person asked to point is the page's own idea.
      this.isPicking = this.#isWanted = false;
      this.#picked({ selection: message.selection, tag: message.tag, text: message.text });
    }
    this.#host.requestUpdate();
  }
}
