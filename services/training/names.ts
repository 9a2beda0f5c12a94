/** Resource names of this service, and the store keys that stand for them: a key is the ids, joined by `/`. */

export const assistantName = (assistant: string): string => `assistants/${assistant}`;
export const datasetName = (assistant: string, dataset: string): string =>
  `assistants/${assistant}/datasets/${dataset}`;
export const importName = (assistant: string, id: string): string => `assistants/${assistant}/imports/${id}`;
export const releaseName = (assistant: string, id: string): string => `assistants/${assistant}/releases/${id}`;
export const exampleName = (dataset: string, id: string): string => `${dataset}/examples/${id}`;
export const documentName = (dataset: string, id: string): string => `${dataset}/documents/${id}`;

/** The ids in a resource name whose shape the contract has checked: `assistants/a/datasets/d` gives `a` and `d`. */
export function idsOf(name: string): { readonly assistant: string; readonly id: string } {
  const parts = name.split('/');
  return { assistant: parts[1] ?? '', id: parts[3] ?? '' };
}

/** The last part of a store key. */
export function lastId(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** The range of all keys below a key. `0` follows `/` in the order of bytes. */
export function below(key: string): { readonly gt: string; readonly lt: string } {
  return { gt: `${key}/`, lt: `${key}0` };
}
