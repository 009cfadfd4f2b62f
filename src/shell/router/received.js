/** How many frames each socket has received since that was last asked, and when the last of them came. */
export class Received {
  #bySocket = new Map();

  /** Of each frame of the socket, `frames` is counted and the event put in the place of `last`. */
  of(socket) {
    const received = { frames: 0, last: undefined };
    this.#bySocket.set(socket, received);
    return received;
  }

  /** `[frames, time]`; `undefined` if nothing has come. */
  take(socket) {
    const received = this.#bySocket.get(socket);
    if (!received?.last) return undefined;
    // The time is read here: that costs more than all else that is done with a frame.
    const taken = Float64Array.of(received.frames, received.last.timeStamp);
    received.frames = 0;
    received.last = undefined;
    return taken;
  }

  forget(socket) {
    this.#bySocket.delete(socket);
  }
}
