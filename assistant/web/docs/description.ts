/** The parts of OpenAPI 3.1 that this server's description uses, and what is made of them. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  title?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  examples?: unknown[];
  maxLength?: number;
  maxItems?: number;
  default?: unknown;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  required?: boolean;
  description?: string;
  schema: Schema;
}

interface Content {
  schema?: Schema;
  example?: unknown;
}

export interface Response {
  $ref?: string;
  description: string;
  content?: Record<string, Content>;
}

export interface Operation {
  tags: string[];
  summary: string;
  description?: string;
  operationId: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, Response>;
}

export interface Description {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
}

/** An operation with its address. */
export interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** All operations of a group, by address, reading before writing. */
export function entries(description: Description, tag: string): Entry[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      return operation?.tags.includes(tag) ? [{ method, path, operation }] : [];
    }),
  );
}

const last_part = (reference: string) => reference.slice(reference.lastIndexOf('/') + 1);

/** The schema itself, and its name where it has one. */
export function resolved(description: Description, schema: Schema): { name?: string; schema: Schema } {
  if (!schema.$ref) return { schema };
  const name = last_part(schema.$ref);
  return { name, schema: description.components.schemas[name] ?? {} };
}

export function response_of(description: Description, response: Response): Response {
  return response.$ref
    ? (description.components.responses[last_part(response.$ref)] ?? response)
    : response;
}

/** The properties of an object, its parts together, those that are always there first. */
export function properties(
  description: Description,
  schema: Schema,
): { name: string; schema: Schema; required: boolean }[] {
  const whole = resolved(description, schema).schema;
  const inherited = (whole.allOf ?? []).flatMap((part) => properties(description, part));
  const required = whole.required ?? [];
  const names = Object.keys(whole.properties ?? {});
  const ordered = [
    ...required.filter((name) => names.includes(name)),
    ...names.filter((name) => !required.includes(name)),
  ];
  const own = ordered.map((name) => ({
    name,
    schema: whole.properties?.[name] ?? {},
    required: required.includes(name),
  }));
  return [...inherited, ...own];
}

const WORDS: Record<string, string> = {
  string: '文字',
  integer: '整数',
  number: '数',
  boolean: 'true 或 false',
  object: '对象',
  null: 'null',
};

/** A type in a few words. */
export function type_words(schema: Schema): string {
  if (schema.$ref) return last_part(schema.$ref);
  if (schema.anyOf) return schema.anyOf.map(type_words).join(' 或 ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' 或 ');
  if (schema.type === 'array') return `[ ${type_words(schema.items ?? {})} ]`;
  if (typeof schema.additionalProperties === 'object') {
    return `{ 名字: ${type_words(schema.additionalProperties)} }`;
  }
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? ''];
  const words = types.map((type) => {
    if (type === 'string' && schema.format === 'date') return '日期';
    if (type === 'integer' && schema.format === 'int64') return '毫秒';
    return WORDS[type] ?? '任何值';
  });
  const most = schema.maxLength ? `（最多 ${schema.maxLength} 字）` : '';
  return words.join(' 或 ') + most;
}

/** The names of schemas that a type speaks of, to be shown below it. */
export function named(schema: Schema): string[] {
  if (schema.$ref) return [last_part(schema.$ref)];
  const inner = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  if (typeof schema.additionalProperties === 'object') inner.push(schema.additionalProperties);
  return inner.flatMap(named);
}

/** A value that fits: what the description gives as an example, else the plainest one. */
export function sample(description: Description, schema: Schema, depth = 0): unknown {
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const whole = resolved(description, schema).schema;
  if (schema.$ref) return sample(description, whole, depth);
  const chosen = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (chosen) return depth > 3 && schema.anyOf ? null : sample(description, chosen, depth);
  if (schema.type === 'array') {
    return depth > 3 ? [] : [sample(description, schema.items ?? {}, depth + 1)];
  }
  if (schema.properties || schema.allOf) {
    return Object.fromEntries(
      properties(description, schema).map((one) => [
        one.name,
        sample(description, one.schema, depth + 1),
      ]),
    );
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'integer') return 1;
  if (type === 'number') return 0.5;
  if (type === 'boolean') return false;
  if (type === 'object') return {};
  if (type === 'string') return schema.format === 'date' ? '2026-12-01' : '…';
  return null;
}

export function example_text(description: Description, content: Content): string {
  const value = content.example ?? sample(description, content.schema ?? {});
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** What a program has to have for it; empty where nothing. */
export function permissions(operation: Operation): string[] {
  return [...new Set(operation.security.flatMap((way) => way['apiKey'] ?? way['session'] ?? []))];
}

export function ways(operation: Operation): string[] {
  return [...new Set(operation.security.flatMap((way) => Object.keys(way)))];
}

/** A command for a terminal that does it on this server. */
export function curl(description: Description, { method, path, operation }: Entry, server: string): string {
  const value = (parameter: Parameter) =>
    encodeURIComponent(String(sample(description, parameter.schema)));
  const given = operation.parameters ?? [];
  let address = path;
  for (const parameter of given.filter((one) => one.in === 'path')) {
    address = address.replace(`{${parameter.name}}`, value(parameter));
  }
  const query = given
    .filter((one) => one.in === 'query' && one.required)
    .map((one) => `${one.name}=${value(one)}`)
    .join('&');
  const lines = [`curl -X ${method.toUpperCase()} '${server}${address}${query && `?${query}`}'`];
  const has = ways(operation);
  if (has.includes('apiKey')) lines.push(`-H 'Authorization: Bearer xyk_…'`);
  else if (has.includes('conversation')) lines.push(`-H 'Authorization: Bearer 对话的token'`);
  else if (has.includes('session')) lines.push(`-b 'xiangyin_session=…'`);
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (type && content) {
    lines.push(`-H 'Content-Type: ${type}'`);
    const inline = type === 'application/json';
    const body = inline ? example_text(description, content).replaceAll("'", `'\\''`) : '@文件';
    lines.push(inline ? `-d '${body}'` : `--data-binary '${body}'`);
  }
  return lines.join(' \\\n  ');
}
