'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { ask } from '../api/client.ts';

/** An organization begins: the first project and its environment get their names. */
export function FirstProject() {
  const router = useRouter();
  const client = useQueryClient();
  const [project, setProject] = useState('');
  const [environment, setEnvironment] = useState('production');
  const make = useMutation({
    mutationFn: async () => {
      await ask('projectsCreate', { project });
      return ask('environmentsCreate', { project, environment });
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['projectsList'] });
      router.replace(`/e/${project}/${environment}`);
    },
  });
  return (
    <form
      className="stack first-project"
      onSubmit={(event) => {
        event.preventDefault();
        if (!make.isPending) make.mutate();
      }}
    >
      <Named word="Project">
        <input required value={project} onChange={(event) => setProject(event.target.value)} placeholder="jaffle" />
      </Named>
      <Named word="Environment">
        <input required value={environment} onChange={(event) => setEnvironment(event.target.value)} />
      </Named>
      {make.error && (
        <p className="notice bad" role="alert">
          {make.error.message}
        </p>
      )}
      <button className="button primary large" aria-disabled={make.isPending}>
        {make.isPending ? 'Creating…' : 'Create'}
      </button>
    </form>
  );
}

const Named = ({ word, children }: { word: string; children: ReactNode }) => (
  <label className="stack" style={{ gap: 4 }}>
    <span className="t12 ink3">{word}</span>
    <span className="field">{children}</span>
  </label>
);
