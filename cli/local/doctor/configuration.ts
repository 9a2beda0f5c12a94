import { faultsOf, type Variables } from '#lib/config/variables.ts';
import { allVariables } from '../../../services/variables.ts';
import { broken, type Check, ok } from './check.ts';

/** Every variable of every service, all faults at once. */
export const configuration: Check = {
  subject: 'configuration',
  look: async ({ env }) => {
    const groups = Object.values<Variables>(allVariables);
    const faults = faultsOf(groups, env);
    if (faults.length > 0)
      return faults.map(({ variable, problem }) => broken('configuration', `${variable}: ${problem}`));
    const names = new Set(groups.flatMap((group) => Object.values(group).map(({ name }) => name)));
    const set = [...names].filter((name) => env[name]);
    return [ok('configuration', `every variable is right (${set.length} of ${names.size} set)`)];
  },
};
