/** The process that serves the application under test, and its backend. */
export interface Stack {
    /** The program and its arguments. */
    command: string[];
    /** Where to run it. Default: the current folder. */
    cwd?: string;
    /** Added to the environment of the test process. */
    env?: Record<string, string>;
}
/** What the process prints, as one line of JSON with `"ready": true`, once everything answers. */
export interface StackAddresses {
    /** Where the application answers. */
    appUrl: string;
    /** Where its Supabase-shaped backend answers. */
    supabaseUrl: string;
    /** The backend's publishable key. */
    anonKey: string;
    /** Where the backend takes the commands of {@link Backend}; `null` or absent where it takes none. */
    controlUrl?: string | null;
}
/** A stack that is up. */
export interface RunningStack {
    addresses: StackAddresses;
    /** Ends the process and all it started. Rejects, with what the process said, if it had ended by itself. */
    stop(): Promise<void>;
}
/** Starts the process and waits until it says that it is ready. */
export declare function startStack({ command, cwd, env }: Stack): Promise<RunningStack>;
