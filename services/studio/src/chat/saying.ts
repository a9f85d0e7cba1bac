// What stands in the box when the studio itself has words for it. Pure.

/** The words that are put into one box, and those that a person wrote there before. */
export class Saying {
  #own = '';
  #put = '';

  /**
   * The text of a box that has `text`, with `instruction` after an empty line.
   *
   * It takes the place of the one before it, as long as a person left that as it was.
   */
  put(instruction: string, text: string): string {
    if (text !== this.#put) this.#own = text.trimEnd();
    this.#put = this.#own ? `${this.#own}\n\n${instruction}` : instruction;
    return this.#put;
  }
}
