/** A picture that belongs to a question. */
export interface Picture {
  readonly mimeType: string;
  readonly data: Uint8Array;
}
