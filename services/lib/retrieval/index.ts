export { ArtifactInvalid, ArtifactTooLarge, type Passage, type ReleaseHeader } from './artifact.ts';
export { ReleaseBuilder, type ReleaseIdentity } from './build.ts';
export {
  AGREED_SIMILARITY,
  ANSWERABLE_COVERAGE,
  curatedAnswer,
  isAnswerable,
  isSameQuestion,
  SAME_QUESTION_SIMILARITY,
} from './confidence.ts';
export { visibleText } from './hidden.ts';
export { detectLanguage } from './language.ts';
export { type CutPassage, cutPassages, type DocumentFormat } from './passages.ts';
export { type Hit, openRelease, type ReleaseIndex, type SearchOptions } from './search.ts';
export { splitSentences } from './sentences.ts';
