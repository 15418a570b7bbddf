import openApiFile from '../generated/openapi.json' with { type: 'json' };

/** The OpenAPI 3.1 description of every operation with a route. */
export const openApi: object = openApiFile;
