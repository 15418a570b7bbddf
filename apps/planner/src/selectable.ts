import { Injectable } from '@nestjs/common';
import { snapshotsGet, type Snapshot } from '@headgate/contracts';
import { type Manifest, readArtifact, SelectableProject } from '@headgate/dbt';
import { Blobs, type Call, Clients, Failure } from '@headgate/kit';

/** Projects kept ready at once; the least recently used goes first. */
const capacity = 8;

/** Manifests by digest, read and indexed once: a selection is then answered while one types. */
@Injectable()
export class Selectable {
  private readonly ready = new Map<string, Promise<SelectableProject>>();

  constructor(
    private readonly blobs: Blobs,
    private readonly clients: Clients,
  ) {}

  snapshot(
    place: { project: string; environment: string },
    snapshot: string | undefined,
    call: Call,
  ): Promise<Snapshot> {
    const { project, environment } = place;
    return this.clients.call(snapshotsGet, { project, environment, snapshot: snapshot ?? 'latest' }, call);
  }

  /** The project of a manifest, by organization and digest: what one organization warmed, no other one can hit. */
  project(org: string, manifest: string): Promise<SelectableProject> {
    const key = `${org} ${manifest}`;
    const project = this.ready.get(key) ?? this.read(org, manifest).then((read) => new SelectableProject(read));
    this.ready.delete(key);
    this.ready.set(key, project);
    if (this.ready.size > capacity) this.ready.delete(this.ready.keys().next().value!);
    project.catch(() => this.ready.delete(key));
    return project;
  }

  private async read(org: string, digest: string): Promise<Manifest> {
    const result = readArtifact(await this.blobs.get(org, digest), { file: 'manifest.json' });
    if (result.ok && result.artifact.kind === 'manifest') return result.artifact.manifest;
    throw new Failure('artifact.refused', {
      detail: result.ok ? 'this snapshot has no manifest' : result.error.message,
    });
  }
}
