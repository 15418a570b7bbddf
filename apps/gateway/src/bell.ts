/** Something to wait for. Rung while nobody waits, it lets the next one through. */
export class Bell {
  private next = Promise.withResolvers<void>();

  ring(): void {
    this.next.resolve();
  }

  /** Resolves once rung since the last time. For one waiter. */
  async heard(): Promise<void> {
    await this.next.promise;
    this.next = Promise.withResolvers();
  }
}
