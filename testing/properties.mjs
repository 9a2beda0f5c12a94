import fc from 'fast-check';

// The same cases in each run, so that a red test means a change: OTVET_TEST_SEED=NUMBER looks at others.
fc.configureGlobal({ seed: Number(process.env.OTVET_TEST_SEED ?? 20261123) });
