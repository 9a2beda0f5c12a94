import { trainerRules } from '#testing/training-replica-rules.ts';

describe('two trainers on one store', () => trainerRules());
