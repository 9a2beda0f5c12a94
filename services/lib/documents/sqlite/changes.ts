import { parsePath, refuseOverlaps, type Segments } from '#lib/documents/paths.ts';
import type { Change } from '#lib/documents/port.ts';
import { ELEMENT, matches, planElement } from '#lib/documents/sqlite/elements.ts';
import { jsonPath } from '#lib/documents/sqlite/expressions.ts';
import type { Plan, Step } from '#lib/documents/sqlite/plan.ts';
import { checkNumber, encodeValue } from '#lib/documents/values.ts';

/** Adds a change's steps to a plan. Throws `TypeError` for values that a document may not hold. */
export function planChange(plan: Plan, change: Change): void {
  for (const [path, value] of Object.entries(change.set ?? {})) {
    if (typeof value === 'string') plan.add('setText', path, [], [value]);
    else plan.add('setJson', path, [], [encodeValue(value, path)]);
  }
  for (const path of change.unset ?? []) plan.add('unset', path, [], []);
  for (const operation of ['inc', 'min', 'max'] as const) {
    for (const [path, value] of Object.entries(change[operation] ?? {})) {
      checkNumber(value, path);
      plan.add(operation, path, [], [value]);
    }
  }
  for (const [path, { value, last }] of Object.entries(change.push ?? {})) {
    const json = encodeValue(value, path);
    if (last === undefined) plan.add('push', path, [], [json]);
    else if (Number.isSafeInteger(last) && last > 0) plan.add('pushLast', path, [], [json, last]);
    else throw new TypeError(`${path}: last is a whole number from 1 up`);
  }
  for (const [path, element] of Object.entries(change.pull ?? {})) planElement(plan, 'pull', path, element);
}

/** What an update does to the body, and what must be there for it. */
export interface ChangeSql {
  readonly body: string;
  /** Array positions that the change writes to: where one is not there, the document does not match. */
  readonly needs: readonly string[];
}

const CHANGES = new Set(['setText', 'setJson', 'unset', 'inc', 'min', 'max', 'push', 'pushLast', 'pull']);

/** Renders the changes among the steps. Throws `TypeError` for paths that overlap or are against the rules. */
export function renderChange(all: readonly Step[]): ChangeSql {
  const steps = all
    .filter(({ operation }) => CHANGES.has(operation))
    .map((step) => ({ ...step, segments: parsePath(step.path) }));
  refuseOverlaps(steps.map(({ path }) => path));
  const removed: string[] = [];
  const replaced: string[] = [];
  const put: string[] = [];
  const guards: string[] = [];
  const needs = new Set<string>();
  for (const { segments, ...step } of steps) {
    guards.push(...typeGuards(step, segments));
    if (step.operation === 'unset') removed.push(removal(step, segments));
    else if (step.operation === 'pull') replaced.push(jsonPath(segments), withoutElements(step, segments));
    else {
      put.push(...assignment(step, segments));
      for (const need of positions(segments)) needs.add(need);
    }
  }
  let body = 'body';
  if (removed.length > 0) body = `jsonb_remove(${body},${removed.join(',')})`;
  if (replaced.length > 0) body = `jsonb_replace(${body},${replaced.join(',')})`;
  if (put.length > 0) body = `jsonb_set(${body},${put.join(',')})`;
  if (guards.length > 0) body = `CASE ${guards.join(' ')} ELSE ${body} END`;
  return { body, needs: [...needs] };
}

function removal(step: Step, segments: Segments): string {
  if (typeof segments.at(-1) === 'number') throw new TypeError(`unset takes no array position: ${step.path}`);
  return jsonPath(segments);
}

/** A path and the value to put there, for `jsonb_set`. */
function assignment({ operation, parameter }: Step, segments: Segments): [string, string] {
  const at = jsonPath(segments);
  const end = jsonPath(segments, '[#]');
  switch (operation) {
    case 'setText':
      return [at, `?${parameter}`];
    case 'setJson':
      return [at, `jsonb(?${parameter})`];
    case 'inc':
      return [at, `ifnull(json_extract(body,${at}),0) + ?${parameter}`];
    case 'push':
      return [end, `jsonb(?${parameter})`];
    case 'pushLast':
      return [at, appendedLast(at, end, jsonPath([...segments, 0]), parameter)];
    default:
      return [at, `${operation}(ifnull(json_extract(body,${at}),?${parameter}),?${parameter})`];
  }
}

/** The array with one element more, of which the last stay. Nearly always none or one has to go, which is cheap. */
function appendedLast(at: string, end: string, first: string, parameter: number): string {
  const last = `?${parameter + 1}`;
  const length = `ifnull(json_array_length(body,${at}),0)`;
  const longer = `jsonb_set(body,${end},jsonb(?${parameter}))`;
  const tail =
    `SELECT ${ELEMENT} AS element, item.key AS place FROM jsonb_each(${longer},${at}) AS item ` +
    `ORDER BY item.key DESC LIMIT ${last} + 0`;
  return (
    `CASE WHEN ${length} < ${last} THEN jsonb_extract(${longer},${at}) ` +
    `WHEN ${length} = ${last} THEN jsonb_extract(jsonb_remove(${longer},${first}),${at}) ` +
    `ELSE (SELECT jsonb_group_array(element ORDER BY place) FROM (${tail})) END`
  );
}

function withoutElements(step: Step, segments: Segments): string {
  const rows = `jsonb_each(body,${jsonPath(segments)}) AS item WHERE NOT ${matches(step.operands, step.parameter)}`;
  return `(SELECT jsonb_group_array(${ELEMENT} ORDER BY item.key) FROM ${rows})`;
}

/** Tests that the array positions on the way are there. */
function positions(segments: Segments): string[] {
  const found: string[] = [];
  segments.forEach((segment, i) => {
    if (typeof segment === 'number') found.push(`json_type(body,${jsonPath(segments.slice(0, i + 1))}) IS NOT NULL`);
  });
  return found;
}

/**
 * Refuses what the document's own types forbid. SQLite can only fail a statement by failing a function: a message given
 * as a path fails `json_extract` and comes back in the error (see `failures.ts`).
 */
function typeGuards({ operation, path }: Step, segments: Segments): string[] {
  const guards: string[] = [];
  const refuse = (at: string, types: string, message: string): void => {
    guards.push(`WHEN json_type(body,${at}) NOT IN (${types}) THEN json_extract(body,'${message}')`);
  };
  const here = jsonPath(segments);
  if (['inc', 'min', 'max'].includes(operation)) refuse(here, "'integer','real'", `${operation} ${path}: no number`);
  if (['push', 'pushLast', 'pull'].includes(operation)) refuse(here, "'array'", `${path}: not an array`);
  if (operation === 'unset' || operation === 'pull') return guards;
  for (let i = 1; i < segments.length; i++) {
    if (typeof segments[i] === 'number') continue;
    const parent = segments.slice(0, i);
    refuse(jsonPath(parent), "'object'", `${path}: ${parent.join('.')} is not an object`);
  }
  return guards;
}
