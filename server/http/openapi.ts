import { z } from 'zod';
import { errorBodySchema } from '../../protocol/rest.ts';
import type { Route } from './route.ts';

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> => {
  const all = Object.entries(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
  // The document names the dialect once for all.
  return Object.fromEntries(all.filter(([key]) => key !== '$schema'));
};

const parametersOf = (place: 'query' | 'path', schema: z.ZodType | null): unknown[] => {
  if (schema === null) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
};

const json = (schema: unknown) => ({ 'application/json': { schema } });

const bytes = (type: string) => ({ [type]: { schema: { type: 'string', format: 'binary' } } });

const operationOf = (route: Route): Record<string, unknown> => ({
  summary: route.summary,
  security: route.access === 'session' ? [{ session: [] }] : [],
  parameters: [...parametersOf('path', route.params), ...parametersOf('query', route.query)],
  ...(route.upload === null ? {} : { requestBody: { required: true, content: bytes(route.upload.type) } }),
  ...(route.body === null ? {} : { requestBody: { required: true, content: json(schemaOf(route.body, 'input')) } }),
  responses: {
    ...(route.file !== null
      ? { 200: { description: 'Success', content: bytes(route.file) } }
      : route.response === null
        ? { 204: { description: 'Done' } }
        : { 200: { description: 'Success', content: json(schemaOf(route.response, 'output')) } }),
    default: { description: 'Failure', content: json({ $ref: '#/components/schemas/Error' }) },
  },
});

/** The API as OpenAPI 3.1, out of the schemas that validate it. */
export const openApiDocument = (routes: readonly Route[], version: string): Record<string, unknown> => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Kontor', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer', description: 'Token of POST /session' } },
      schemas: { Error: schemaOf(errorBodySchema, 'output') },
    },
  };
};
