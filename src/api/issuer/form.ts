/** The fields of a token request: a form, or a multipart form as `curl -F` sends it. */
export async function readForm(
  body: Buffer,
  contentType: string | undefined,
): Promise<URLSearchParams | undefined> {
  if (!/^multipart\/form-data/i.test(contentType ?? '')) {
    return new URLSearchParams(body.toString('utf8'));
  }
  try {
    const headers = { 'content-type': contentType ?? '' };
    const form = await new Response(new Uint8Array(body), { headers }).formData();
    const fields = new URLSearchParams();
    for (const [name, value] of form) {
      if (typeof value === 'string') fields.append(name, value);
    }
    return fields;
  } catch {
    return undefined;
  }
}
