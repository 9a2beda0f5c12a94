export { ArtifactInvalid, ArtifactTooLarge, type Passage, type ReleaseHeader } from './artifact.ts';
export { ReleaseBuilder, type ReleaseIdentity } from './build.ts';
export { detectLanguage } from './language.ts';
export { type Hit, openRelease, type ReleaseIndex, type SearchOptions } from './search.ts';
