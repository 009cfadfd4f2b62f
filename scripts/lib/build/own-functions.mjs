import binaryen from 'binaryen';

/**
 * The functions of a module that are not imported, in its order.
 * @param {ReturnType<typeof binaryen.readBinary>} module
 */
export function ownFunctions(module) {
  return Array.from({ length: module.getNumFunctions() }, (_, index) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(index)),
  ).filter((info) => !info.module);
}
