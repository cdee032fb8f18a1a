/** What lies behind an error that was given a sentence on its way. */
const causeIs =
  (prefix: RegExp) =>
  (error: unknown): boolean => {
    for (let e = error; e instanceof Error; e = e.cause) {
      if (prefix.test(String((e as { code?: unknown }).code))) return true;
    }
    return false;
  };
export const isFull = causeIs(/^(SQLITE_FULL|ENOSPC|EDQUOT)/);
export const isReadOnly = causeIs(/^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_IOERR|EROFS|EACCES)/);
