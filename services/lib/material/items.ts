/** What a reader finds in a file, in the order of the file. */
export type Item = ExampleItem | RejectedItem | PassageItem | DocumentItem;

export interface ExampleItem {
  readonly kind: 'example';
  /** From 1, the header not counted. */
  readonly row: number;
  readonly question: string;
  readonly answer: string;
  readonly locale: string;
  readonly tags: readonly string[];
}

export interface RejectedItem {
  readonly kind: 'rejected';
  readonly row: number;
  readonly reason: string;
}

/** A piece of the document that follows. */
export interface PassageItem {
  readonly kind: 'passage';
  /** Its place in the document, from 0. */
  readonly ordinal: number;
  readonly locator: string;
  readonly text: string;
}

/** Comes after all its passages. */
export interface DocumentItem {
  readonly kind: 'document';
  readonly title: string;
  readonly locale: string;
  /** SHA-256 of its text, hexadecimal. */
  readonly version: string;
  readonly passageCount: number;
}

/** An item, and how many bytes of the file have been read with it. */
export interface Found {
  readonly item: Item;
  readonly bytes: number;
}

/** Tells the language of a text, BCP 47. */
export type DetectLanguage = (text: string) => string;
