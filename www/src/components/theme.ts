export type Theme = 'light' | 'dark';

/** Where a choice that differs from the system's is remembered. */
export const themeKey = 'wedsync-theme';

export const darkQuery = '(prefers-color-scheme: dark)';
