import { z } from 'zod';
import { type EndpointSpec, PREFIX } from './endpoint.ts';

/** The OpenAPI 3.1 document of declared endpoints, from the very schemas that check the requests. */
export function openApi(specs: readonly EndpointSpec<z.ZodType, z.ZodType>[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const spec of specs) {
    const path = `${PREFIX}${spec.path.replace(/:([A-Za-z]+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(spec) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Skerry control plane', version: '1', license: { name: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'detail', 'code'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            instance: { type: 'string' },
            code: { type: 'string' },
            hint: { type: 'string' },
          },
        },
      },
    },
  };
}

function operation(spec: EndpointSpec<z.ZodType, z.ZodType>): Record<string, unknown> {
  const status = spec.status ?? 200;
  const ok =
    status === 204
      ? { description: 'Done' }
      : { description: 'Done', content: { 'application/json': { schema: {} } } };
  return {
    summary: spec.summary,
    ...(spec.role && { security: [{ token: [] }], 'x-role': spec.role }),
    parameters: [...pathParameters(spec.path), ...queryParameters(spec.query)],
    ...(spec.body !== undefined && { requestBody: requestBody(spec.body) }),
    responses: {
      [status]: ok,
      default: {
        description: 'A problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function pathParameters(path: string): Record<string, unknown>[] {
  return [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | undefined): Record<string, unknown>[] {
  if (!query) return [];
  const schema = z.toJSONSchema(query, { io: 'input' }) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }));
}

function requestBody(body: NonNullable<EndpointSpec<z.ZodType, z.ZodType>['body']>): Record<string, unknown> {
  if (body === 'text')
    return { required: true, content: { 'application/yaml': { schema: { type: 'string' } } } };
  if (!(body instanceof z.ZodType))
    return { required: true, content: { 'application/octet-stream': { schema: {} } } };
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: 'input' });
  return { required: true, content: { 'application/json': { schema } } };
}
