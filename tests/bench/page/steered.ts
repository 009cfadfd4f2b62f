// biome-ignore lint/suspicious/noExplicitAny: what a command takes is between its driver and its module
const modules = import.meta.glob<Record<string, (argument: any) => unknown>>('./steered/*.ts');

/** How a driver commands the page: a function that a module of `steered/` exports, with one argument. */
window.steer = async (module, name, argument) => {
  const command = (await modules[`./steered/${module}.ts`]?.())?.[name];
  if (!command) throw new Error(`There is no command ${name} in steered/${module}.ts.`);
  return command(argument);
};

declare global {
  interface Window {
    steer(module: string, name: string, argument: unknown): Promise<unknown>;
  }
}
