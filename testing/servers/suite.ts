import type { Context } from 'mocha';
import { ToolMissing } from './tools.ts';

/**
 * For the `before` of a suite that needs a real server: starts it; on a machine that has none and cannot install it, the suite is
 * skipped and says why. With CI=true that is a failure.
 */
export async function startOrSkip<T>(context: Context, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof ToolMissing) || process.env.CI === 'true') throw error;
    process.stderr.write(
      `not run: ${context.currentTest?.parent?.title ?? context.test?.parent?.title}: ${error.message}\n`,
    );
    return context.skip();
  }
}
