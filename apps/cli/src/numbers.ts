import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number from 1 to `max`. */
export const naturalNumber =
  (max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > max)
      throw new InvalidArgumentError(`It is a whole number from 1 to ${max}.`);
    return value;
  };
