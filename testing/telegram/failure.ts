/** An error answer of the Bot API. */
export class ApiFailure extends Error {
  /** HTTP status and `error_code`. */
  readonly status: number;
  /** `parameters` of the answer, such as `retry_after` in seconds. */
  readonly parameters: Readonly<Record<string, number>> | undefined;

  constructor(status: number, description: string, parameters?: Readonly<Record<string, number>>) {
    super(description);
    this.status = status;
    this.parameters = parameters;
  }
}

/** 400, worded as Telegram words it. */
export const badRequest = (description: string): ApiFailure => new ApiFailure(400, `Bad Request: ${description}`);

/** 429 with the wait that Telegram asks for, in whole seconds. */
export const tooManyRequests = (seconds: number): ApiFailure =>
  new ApiFailure(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });

/** 400 for a group that has become a supergroup. */
export const upgraded = (to: number): ApiFailure =>
  new ApiFailure(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: to });
