/** What the index holds of one example, or of one passage of a document. */
export interface Passage {
  /** Resource name of the document or example. */
  readonly source: string;
  readonly kind: 'example' | 'passage';
  /** Title of the document or dataset. */
  readonly title: string;
  /** The passage's text; for an example its answer. */
  readonly text: string;
  /** For an example its question, else ''. */
  readonly question: string;
  /** BCP 47; '' or 'und' when not known. */
  readonly locale: string;
  /** Where in the source: 'row 17', or the headings above the passage. */
  readonly locator: string;
  /** Content hash of the source. */
  readonly version: string;
}

/** What a release says of itself, beside its index. */
export interface ReleaseHeader {
  readonly assistant: string;
  readonly snapshotSha256: string;
  readonly persona: string;
  readonly displayName: string;
  readonly description: string;
  readonly languages: readonly string[];
  readonly exampleCount: number;
  readonly passageCount: number;
}

/** The bytes are not an artifact that this program can read. The message says what is wrong with them. */
export class ArtifactInvalid extends Error {
  override readonly name = 'ArtifactInvalid';
}

/** The material does not fit an artifact (4 GiB of bytes or of postings). Nothing was written. */
export class ArtifactTooLarge extends Error {
  override readonly name = 'ArtifactTooLarge';
}
