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

/** Tell whether the server answers, but not to this user any more. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

/** Tell whether the server is there and our half of it is not. */
export function isHalfGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
