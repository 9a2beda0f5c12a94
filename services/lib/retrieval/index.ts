export { ArtifactInvalid, ArtifactTooLarge, type Passage, type ReleaseHeader } from './artifact.ts';
export { ReleaseBuilder, type ReleaseIdentity } from './build.ts';
export { visibleText } from './hidden.ts';
export { detectLanguage } from './language.ts';
export { type CutPassage, cutPassages, type DocumentFormat } from './passages.ts';
export { type Hit, openRelease, type ReleaseIndex, type SearchOptions } from './search.ts';
export { splitSentences } from './sentences.ts';
