'use client';
import type { AuditLeaf } from '@headgate/contracts';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, LoaderCircle } from 'lucide-react';
import { hrefOf } from '../api/client.ts';
import { useAsk } from '../api/queries.ts';
import { Answer } from '../ui/blocks.tsx';
import { CopyButton } from '../ui/code.tsx';
import { count, several } from '../ui/words.ts';
import { climb, type ProofStep } from './proof.ts';
import { sentenceOf } from './sentence.ts';

const drawn = 4;

/** One entry, and the way from it to the signed root, computed in this page. */
export function ProofPanel({ leaf }: { leaf: AuditLeaf }) {
  const proof = useAsk('auditInclusion', { event: leaf.event });
  const command = 'headgate audit verify';
  return (
    <aside className="proof panel scroll" aria-label={`Entry ${leaf.index}`} tabIndex={0}>
      <section>
        <p className="t12 ink3">Entry {count(leaf.index)}</p>
        <h2 style={{ margin: '2px 0 8px' }}>{sentenceOf(leaf)}</h2>
        <dl className="pairs">
          <dt>When</dt>
          <dd className="num">{leaf.at}</dd>
          <dt>Who</dt>
          <dd>
            {leaf.actor.id}, {leaf.actor.kind}
          </dd>
          <dt>Recorded by</dt>
          <dd>
            {leaf.service}, as its {count(leaf.ordinal)}th
          </dd>
          {leaf.environment && <dt>Where</dt>}
          {leaf.environment && (
            <dd>
              {leaf.project} / {leaf.environment}
            </dd>
          )}
          {(leaf.summary ?? '').split(' ').flatMap((pair) => {
            const [name, value] = pair.split('=');
            return name && value
              ? [
                  <dt key={name}>{name}</dt>,
                  <dd key={`${name}-value`} className="mono">
                    {value.slice(0, 44)}
                  </dd>,
                ]
              : [];
          })}
          <dt>Leaf</dt>
          <dd className="mono">{leaf.leafHash.slice(7, 23)}…</dd>
        </dl>
      </section>
      <Answer of={proof}>
        {({ leaf: { index, leafHash }, checkpoint, path }) => (
          <>
            <Way index={index} leaf={leafHash} size={checkpoint.size} path={path} root={checkpoint.root} />
            <section>
              <h3>Checkpoint</h3>
              <dl className="pairs">
                <dt>Signed</dt>
                <dd className="num">{checkpoint.at}</dd>
                <dt>Over</dt>
                <dd>{several(checkpoint.size, 'entry', 'entries')}</dd>
                <dt>Key</dt>
                <dd className="mono">{checkpoint.key.slice(7, 23)}…</dd>
              </dl>
            </section>
          </>
        )}
      </Answer>
      <section>
        <h3>Check it without this page</h3>
        <div className="row">
          <code className="code grow">{command}</code>
          <CopyButton text={command} label="Copy the command" />
        </div>
        <p style={{ marginTop: 8 }}>
          <a
            className="button small"
            href={hrefOf('auditInclusion', { event: leaf.event })}
            download={`entry-${leaf.index}.json`}
          >
            Entry and proof
          </a>
        </p>
      </section>
    </aside>
  );
}

function Way({ root, ...proof }: { index: number; leaf: string; size: number; path: string[]; root: string }) {
  const way = useQuery({
    queryKey: ['climb', proof.leaf, proof.size],
    queryFn: async () => (await climb(proof)) ?? { steps: [], root: '' },
    staleTime: Infinity,
  });
  const isRight = way.data?.root === root;
  return (
    <section>
      <h3>
        <span className="grow">Proof of inclusion</span>
        {!way.data ? (
          <LoaderCircle size={14} className="spin" aria-label="Computing" />
        ) : (
          <span className={`state ${isRight ? 'is-ok' : 'is-bad'}`}>
            {isRight ? <CircleCheck size={12} aria-hidden /> : <CircleX size={12} aria-hidden />}
            {isRight ? 'Verified here' : 'Does not match'}
          </span>
        )}
      </h3>
      {way.data && <Ladder steps={way.data.steps} leaf={proof.leaf} />}
      <p className="t12 ink2" style={{ marginTop: 8 }}>
        Filled boxes are computed here, dashed ones come with the proof.{' '}
        {proof.path.length > drawn
          ? `${several(proof.path.length, 'step')}, the last ${drawn} are drawn.`
          : `${several(proof.path.length, 'step')}.`}
      </p>
    </section>
  );
}

/** From the leaf at the bottom to the root at the top. */
function Ladder({ steps, leaf }: { steps: ProofStep[]; leaf: string }) {
  const last = steps.slice(-drawn);
  const hex = (digest: string) => digest.slice(7, 11);
  const lower = steps.length > drawn ? steps[steps.length - drawn - 1]!.node : leaf;
  return (
    <ol className="ladder" reversed>
      {last
        .map((step, index) => (
          <li key={index} style={{ marginLeft: index * 30 }}>
            <b>
              {hex(step.node)}
              {index === last.length - 1 && ' root'}
            </b>
            <s title={step.sibling}>
              {step.isLeft ? 'left ' : 'right '}
              {hex(step.sibling)}
            </s>
          </li>
        ))
        .reverse()}
      <li>
        <b>
          {hex(lower)} {steps.length > drawn ? '' : 'leaf'}
        </b>
      </li>
    </ol>
  );
}
