/** What the server half answered instead of a document: `message` says what happened, `hint` what to do. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly hint: string
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Tell whether what was asked for may have been done all the same: nobody's answer came back, or only a proxy's. */
export function isOutcomeUnknown(error: unknown): boolean {
  return !(error instanceof ApiError) || error.code === 'network_unreachable' || (error.status >= 500 && error.code === '');
}

/** What a proxy answers for a server that does not. */
const NOT_REACHED = [502, 503, 504];

/** Tell whether the server itself answered, be it in words that nobody understands. */
export function isAnswered(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.code !== '' || !NOT_REACHED.includes(error.status));
}
