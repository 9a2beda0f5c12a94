// From a request's method and parameters to its effect: faults, validation, the handler, and the record of it all.

import { preciseNow } from '../precise-now.ts';
import type { Parameters } from './body.ts';
import { ApiFailure, badRequest } from './failure.ts';
import { type Fault, FaultQueue } from './faults.ts';
import { fileMethods } from './files.ts';
import { botMethods } from './methods/bot.ts';
import { forumMethods } from './methods/forum.ts';
import { groupMethods } from './methods/groups.ts';
import { messageMethods } from './methods/messages.ts';
import { plausible } from './methods/others.ts';
import type { Call, Violation } from './model.ts';
import type { Handler, Room } from './room.ts';
import type { Api } from './server.ts';
import type { Spec } from './spec.ts';
import { Validator } from './validate.ts';

/** How a {@link Switchboard} works. */
export interface SwitchboardOptions {
  readonly token: string;
  readonly spec: Spec;
  readonly validate: boolean;
  readonly keepCalls: boolean;
  /** Is told after each call. */
  readonly onChange: () => void;
}

/** Runs the calls of one bot. */
export class Switchboard implements Api {
  readonly token: string;
  readonly calls: Call[] = [];
  readonly violations: Violation[] = [];
  readonly faults = new FaultQueue();
  readonly #options: SwitchboardOptions;
  readonly #room: Room;
  readonly #validator: Validator | undefined;
  readonly #names: ReadonlyMap<string, string>;
  readonly #plausible = new Map<string, Handler>();
  readonly #underway = new Map<Parameters, Call>();

  constructor(options: SwitchboardOptions, room: Room) {
    this.token = options.token;
    this.#options = options;
    this.#room = room;
    this.#validator = options.validate ? new Validator(options.spec) : undefined;
    this.#names = new Map(Object.keys(options.spec.methods).map((name) => [name.toLowerCase(), name]));
  }

  method(name: string): string | undefined {
    return this.#names.get(name.toLowerCase());
  }

  fault(method: string): Fault | undefined {
    return this.faults.next(method);
  }

  file(path: string): Uint8Array | undefined {
    return this.#room.files.at(path);
  }

  began(method: string, parameters: Parameters): void {
    if (!this.#options.keepCalls) return;
    const call: Call = { method, parameters, at: preciseNow(), status: 0 };
    this.calls.push(call);
    this.#underway.set(parameters, call);
  }

  async call(method: string, given: Parameters, gone: AbortSignal): Promise<unknown> {
    return this.#handler(method)(this.#checked(method, given), this.#room, gone);
  }

  ended(parameters: Parameters, status: number, fault?: string): void {
    const call = this.#underway.get(parameters);
    if (call !== undefined) {
      this.#underway.delete(parameters);
      call.status = status;
      if (fault !== undefined) call.fault = fault;
    }
    this.#options.onChange();
  }

  /** A bot may answer a webhook with a method call; nobody sees its result. */
  async replied(name: string, parameters: Parameters): Promise<void> {
    const method = this.method(name);
    if (method === undefined) return;
    this.began(method, parameters);
    try {
      await this.call(method, parameters, new AbortController().signal);
      this.ended(parameters, 200);
    } catch (thrown) {
      this.ended(parameters, thrown instanceof ApiFailure ? thrown.status : 500, String(thrown));
    }
  }

  /** The last calls, for the message of a test that waited in vain. */
  describe(): string {
    const last = this.calls.filter(({ method }) => method !== 'getUpdates').slice(-5);
    const told = last.map(({ method, status, fault }) => `${method} ${status}${fault ? ` (${fault})` : ''}`);
    return `Last calls: ${told.join(', ') || 'none'}.`;
  }

  #checked(method: string, given: Parameters): Parameters {
    const spec = this.#options.spec.methods[method];
    if (this.#validator === undefined || spec === undefined) return given;
    const checked = this.#validator.check(spec, given);
    if ('parameters' in checked) {
      const call = this.#underway.get(given);
      if (call !== undefined) call.parameters = checked.parameters;
      return checked.parameters;
    }
    this.violations.push({ method, fault: checked.fault });
    throw badRequest(checked.fault);
  }

  #handler(method: string): Handler {
    const known =
      botMethods[method] ??
      messageMethods[method] ??
      fileMethods[method] ??
      groupMethods[method] ??
      forumMethods[method] ??
      this.#plausible.get(method);
    if (known !== undefined) return known;
    const spec = this.#options.spec.methods[method];
    if (spec === undefined) throw new ApiFailure(404, 'Not Found: method not found');
    const handler = plausible(this.#options.spec, spec);
    this.#plausible.set(method, handler);
    return handler;
  }
}
