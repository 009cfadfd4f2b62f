import { RestError } from './errors.js';

/** Walks a part of a URL and says, in PostgREST's words, where it stops making sense. */
export class Scanner {
  position = 0;

  constructor(
    readonly text: string,
    /** What the text is, for the error's message: `filter`, `order`… */
    readonly what: string,
  ) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  get next(): string {
    return this.text[this.position] ?? '';
  }

  accept(expected: string): boolean {
    if (!this.text.startsWith(expected, this.position)) return false;
    this.position += expected.length;
    return true;
  }

  expect(expected: string): void {
    if (!this.accept(expected)) this.fail(`"${expected}"`);
  }

  /** What a sticky pattern matches here; it may be nothing. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.position += found.length;
    return found;
  }

  skipSpace(): void {
    this.match(/\s*/y);
  }

  expectEnd(): void {
    if (!this.atEnd) this.fail('end of input');
  }

  /** `"a,b"` with `\"` and `\\` inside, or nothing, and then the position stays. */
  quoted(): string | null {
    const found = this.match(/"(?:[^"\\]|\\.)*"/sy);
    return found === '' ? null : found.slice(1, -1).replace(/\\(.)/gs, '$1');
  }

  fail(expected: string): never {
    const unexpected = this.atEnd ? 'end of input' : JSON.stringify(this.next);
    throw new RestError(
      400,
      'PGRST100',
      `"failed to parse ${this.what} (${this.text})" (line 1, column ${this.position + 1})`,
      `unexpected ${unexpected} expecting ${expected}`,
    );
  }
}
