import { Controller } from '@nestjs/common';
import {
  environmentsCreate,
  type EnvironmentsCreateInput,
  environmentsGet,
  type EnvironmentsGetInput,
  environmentsList,
  type EnvironmentsListInput,
  environmentsPutVariable,
  type EnvironmentsPutVariableInput,
  environmentsReveal,
  type EnvironmentsRevealInput,
  orgsCreate,
  type OrgsCreateInput,
  orgsGet,
  type OrgsGetInput,
  projectsCreate,
  type ProjectsCreateInput,
  projectsGet,
  type ProjectsGetInput,
  projectsList,
  type ProjectsListInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Environments } from './environments.ts';
import { Organizations } from './organizations.ts';
import { Projects } from './projects.ts';

@Controller()
export class IdentityController {
  constructor(
    private readonly organizations: Organizations,
    private readonly projects: Projects,
    private readonly environments: Environments,
  ) {}

  @Answers(orgsGet)
  organization({ call }: Asked<OrgsGetInput>) {
    return this.organizations.get(call);
  }

  @Answers(orgsCreate)
  createOrganization({ input, call }: Asked<OrgsCreateInput>) {
    return this.organizations.create(input, call);
  }

  @Answers(projectsList)
  listProjects({ input, call }: Asked<ProjectsListInput>) {
    return this.projects.list(input, call);
  }

  @Answers(projectsGet)
  getProject({ input, call }: Asked<ProjectsGetInput>) {
    return this.projects.get(input.project, call);
  }

  @Answers(projectsCreate)
  createProject({ input, call }: Asked<ProjectsCreateInput>) {
    return this.projects.create(input, call);
  }

  @Answers(environmentsList)
  listEnvironments({ input, call }: Asked<EnvironmentsListInput>) {
    return this.environments.list(input, call);
  }

  @Answers(environmentsGet)
  getEnvironment({ input, call }: Asked<EnvironmentsGetInput>) {
    return this.environments.get(input, call);
  }

  @Answers(environmentsCreate)
  createEnvironment({ input, call }: Asked<EnvironmentsCreateInput>) {
    return this.environments.create(input, call);
  }

  @Answers(environmentsPutVariable)
  putVariable({ input, call }: Asked<EnvironmentsPutVariableInput>) {
    return this.environments.putVariable(input, call);
  }

  @Answers(environmentsReveal)
  reveal({ input, call }: Asked<EnvironmentsRevealInput>) {
    return this.environments.reveal(input, call);
  }
}
