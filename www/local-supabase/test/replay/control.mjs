/** The backend's control server. Every failure is an error that says what was asked for. */
export class Control {
  #url;

  constructor(url) {
    this.#url = url;
  }

  sql(sql) {
    return this.post('/sql', { sql });
  }

  post(path, body) {
    return this.#ask(path, { method: 'POST', body: JSON.stringify(body) });
  }

  stats() {
    return this.#ask('/stats', {});
  }

  async #ask(path, init) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.#url}${path}`, { ...init, headers });
    if (response.ok) return response.json();
    throw new Error(
      `control server: ${path} ${init.body ?? ''} answered ${response.status} ${await response.text()}`,
    );
  }
}
