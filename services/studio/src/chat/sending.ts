// What keeps an instruction from being carried out twice. Pure, but for chance.

/** Of 128 random bits. `crypto.randomUUID` is there only for pages that came over TLS. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The idempotency keys of what is sent from one box. */
export class Keys {
  #body = '';
  #key = '';

  /** The key for a body: the same for the same, until it is known what became of that. */
  of(body: string): string {
    if (!this.#key || body !== this.#body) this.#key = randomKey();
    this.#body = body;
    return this.#key;
  }

  /** An answer came, with this status; 0 where none did. */
  answered(status: number): void {
    // Who answers for a server that has gone away does not know what that had begun.
    if (status > 0 && status < 500) this.#key = '';
  }
}
