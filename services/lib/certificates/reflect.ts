/**
 * What @peculiar/x509's container needs of the decorator metadata API, and does not bring along: three functions of
 * `Reflect` that remember values by object and key. Imported for its effect, before that package.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>();

function read(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key);
}

function define(key: unknown, value: unknown, target: object): void {
  const values = metadata.get(target) ?? new Map<unknown, unknown>();
  metadata.set(target, values.set(key, value));
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: read, getOwnMetadata: read, defineMetadata: define });
}
