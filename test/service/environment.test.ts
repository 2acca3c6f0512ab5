import { describe, expect, it } from 'vitest';
import { readEnvironment, VARIABLES } from './environment.js';

const DATABASE = { ROWSEAL_SERVICE_DATABASE_URL: 'postgresql://ada@localhost/app' };
const SERVICE = {
  ROWSEAL_SERVICE_URL: 'https://powersync.example/',
  ROWSEAL_SERVICE_SECRET: 'c2VjcmV0',
  ROWSEAL_SERVICE_KEY_ID: 'key',
  ROWSEAL_SERVICE_AUDIENCE: 'https://powersync.example',
};

describe('the environment', () => {
  it('may name nothing; an empty text is none', () => {
    expect(readEnvironment({ PATH: '/bin' })).toBeNull();
    expect(readEnvironment({ ROWSEAL_SERVICE_URL: '' })).toBeNull();
  });

  it('may name a database alone', () => {
    const databaseUrl = DATABASE.ROWSEAL_SERVICE_DATABASE_URL;
    expect(readEnvironment(DATABASE)).toEqual({ databaseUrl, service: null });
  });

  it('may name all of it, the service without a slash at its end', () => {
    expect(readEnvironment({ ...DATABASE, ...SERVICE })).toEqual({
      databaseUrl: DATABASE.ROWSEAL_SERVICE_DATABASE_URL,
      service: {
        url: 'https://powersync.example',
        secret: 'c2VjcmV0',
        keyId: 'key',
        audience: 'https://powersync.example',
      },
    });
  });

  it.each(VARIABLES)('is incomplete without %s', (name) => {
    const { [name]: _, ...rest } = { ...DATABASE, ...SERVICE };
    expect(readEnvironment(rest)).toEqual({ complaint: `not set: ${name}` });
  });

  it.each([
    ['ROWSEAL_SERVICE_DATABASE_URL', 'postgres://ada:pass word@@:x'],
    ['ROWSEAL_SERVICE_DATABASE_URL', 'mysql://ada:word@localhost/app'],
    ['ROWSEAL_SERVICE_URL', 'powersync.example'],
    ['ROWSEAL_SERVICE_SECRET', 'not base64url!'],
  ])('refuses %s without showing what it holds', (name, value) => {
    const environment = readEnvironment({ ...DATABASE, ...SERVICE, [name]: value });
    expect(environment).toEqual({ complaint: `not what it should be: ${name}` });
  });
});
