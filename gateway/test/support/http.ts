/** An answer of the service, read whole. */
export interface Answer {
  status: number;
  headers: Headers;
  type: string;
  text: string;
}

export interface Ask {
  method?: string;
  body?: string;
  type?: string;
  token?: string;
  headers?: Record<string, string>;
}

/** Makes one HTTP request. */
export async function ask(base: string, path: string, options: Ask = {}): Promise<Answer> {
  const { method = 'GET', body, type, token, headers = {} } = options;
  const response = await fetch(new URL(path, base), {
    method,
    headers: {
      ...headers,
      ...(type !== undefined && { 'content-type': type }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body }),
  });
  return {
    status: response.status,
    headers: response.headers,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}
