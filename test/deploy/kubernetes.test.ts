/** The manifests against the published schemas of Kubernetes, and against what a careful cluster asks. */
import { execFile } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Deployment, type IDeployment } from "kubernetes-models/apps/v1/Deployment";
import { CronJob, type ICronJob } from "kubernetes-models/batch/v1/CronJob";
import { ConfigMap, type IConfigMap } from "kubernetes-models/v1/ConfigMap";
import type { IContainer } from "kubernetes-models/v1/Container";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import type { IPodTemplateSpec } from "kubernetes-models/v1/PodTemplateSpec";
import { type IServiceAccount, ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readConfiguration } from "../../src/definitions/configuration-file.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "deploy/kubernetes");

/** What a document of each kind is checked with: its validator and the name of its type. */
const kinds = {
  "apps/v1 Deployment": { model: Deployment, type: "apps/v1/Deployment" },
  "batch/v1 CronJob": { model: CronJob, type: "batch/v1/CronJob" },
  "v1 ConfigMap": { model: ConfigMap, type: "v1/ConfigMap" },
  "v1 PersistentVolumeClaim": { model: PersistentVolumeClaim, type: "v1/PersistentVolumeClaim" },
  "v1 ServiceAccount": { model: ServiceAccount, type: "v1/ServiceAccount" },
};

interface Manifest {
  readonly file: string;
  readonly kind: keyof typeof kinds;
  // biome-ignore lint/suspicious/noExplicitAny: the test is what finds out the shape.
  readonly value: any;
}

function manifests(): Manifest[] {
  const files = readdirSync(folder).filter((file) => file !== "kustomization.yaml");
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), "utf8")).map((document) => {
      expect(document.errors, file).toEqual([]);
      const value = document.toJS();
      return { file, kind: `${value.apiVersion} ${value.kind}` as keyof typeof kinds, value };
    }),
  );
}

function read<Value>(kind: keyof typeof kinds): Value {
  return manifests().find((manifest) => manifest.kind === kind)!.value;
}

const deployment = read<IDeployment>("apps/v1 Deployment");
const cronJob = read<ICronJob>("batch/v1 CronJob");
const pods: [string, IPodTemplateSpec][] = [
  ["Deployment", deployment.spec!.template],
  ["CronJob", cronJob.spec!.jobTemplate.spec!.template],
];
const containers: [string, IContainer][] = pods.flatMap(([name, { spec }]) =>
  [...(spec!.initContainers ?? []), ...spec!.containers].map((container): [string, IContainer] => [
    `${name} ${container.name}`,
    container,
  ]),
);

/** Runs the type checker over the documents: the published types refuse keys that they do not know. */
async function typeCheck(documents: readonly Manifest[]): Promise<string> {
  const temporary = mkdtempSync(join(tmpdir(), "plumbline-manifests-"));
  try {
    symlinkSync(join(root, "node_modules"), join(temporary, "node_modules"));
    const files = documents.map(({ kind, value }, index) => {
      const { type } = kinds[kind];
      const file = join(temporary, `${index}.ts`);
      const name = `I${type.split("/").at(-1)}`;
      writeFileSync(
        file,
        `import type { ${name} } from "kubernetes-models/${type}";\nexport const document: ${name} = ${JSON.stringify(value)};\n`,
      );
      return file;
    });
    const flags = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", ""];
    const tsc = join(root, "node_modules/.bin/tsc");
    const run = promisify(execFile)(tsc, [...flags, ...files], { cwd: temporary });
    return await run.then(
      () => "",
      ({ stdout }) => stdout,
    );
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

test.for(manifests())("$file is a valid $kind", ({ kind, value }) => {
  const { model } = kinds[kind];
  new model(value).validate();
});

test("no manifest has a key that Kubernetes does not know", async () => {
  expect(await typeCheck(manifests())).toBe("");

  const misspelled = structuredClone(deployment);
  Object.assign(misspelled.spec!.template.spec!.securityContext!, { runAsNonRot: true });
  const [first] = manifests();
  const found = await typeCheck([{ ...first!, kind: "apps/v1 Deployment", value: misspelled }]);
  expect(found).toContain("runAsNonRot");
});

test("the kustomization deploys the service, and only files that are there", () => {
  const { resources, images } = parse(readFileSync(join(folder, "kustomization.yaml"), "utf8"));
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(resources));
  expect(resources).toContain("deployment.yaml");
  expect(resources).not.toContain("cronjob.yaml");
  expect(images).toMatchObject([{ name: "plumbline", newTag: version() }]);
});

test.for(containers)("%s cannot become root or write outside its volumes", ([, container]) => {
  expect(container.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: expect.toSatisfy((user: number) => user > 0),
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
});

test.for(containers)("%s is bounded and pins its image", ([, container]) => {
  expect(container.resources).toMatchObject({
    requests: { cpu: expect.anything(), memory: expect.anything() },
    limits: { cpu: expect.anything(), memory: expect.anything() },
  });
  expect(container.image).toMatch(/:v?\d+\.\d+\.\d+$/);
});

test.for(containers)("%s mounts only volumes that its pod has", ([name, container]) => {
  const [, pod] = pods.find(([kind]) => name.startsWith(kind))!;
  const volumes = pod.spec!.volumes!.map((volume) => volume.name);
  expect(volumes).toEqual(
    expect.arrayContaining(container.volumeMounts!.map((mount) => mount.name)),
  );
});

test.for(pods)("the pod of the %s runs the released program as its own identity", ([, pod]) => {
  const plumbline = pod.spec!.containers.find((container) => container.name === "plumbline")!;
  expect(plumbline.image).toBe(`plumbline:${version()}`);
  const { runAsUser, runAsGroup } = plumbline.securityContext!;
  const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
  expect(dockerfile).toContain(`\nUSER ${runAsUser}:${runAsGroup}\n`);
  expect(pod.metadata!.labels).toMatchObject({ "azure.workload.identity/use": "true" });
  expect(pod.spec!.serviceAccountName).toBe("plumbline");
  expect(pod.spec!.automountServiceAccountToken).toBe(false);
  expect(pod.spec!.securityContext).toMatchObject({ runAsNonRoot: true, fsGroup: 65533 });
});

test.for(pods)("the pod of the %s has the commit before it begins", ([, pod]) => {
  const [clone] = pod.spec!.initContainers!;
  expect(clone!.args).toEqual(expect.arrayContaining(["--one-time", "--link=current"]));
  const plumbline = pod.spec!.containers.find((container) => container.name === "plumbline")!;
  expect(plumbline.volumeMounts).toContainEqual({ name: "git", mountPath: "/git", readOnly: true });
});

test("the service is probed at its health endpoints, and has one writer of its store", () => {
  const [plumbline] = deployment.spec!.template.spec!.containers;
  expect(plumbline!.livenessProbe!.httpGet).toMatchObject({ path: "/healthz", port: "health" });
  expect(plumbline!.readinessProbe!.httpGet).toMatchObject({ path: "/readyz", port: "health" });
  expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
  expect(cronJob.spec!.concurrencyPolicy).toBe("Forbid");
});

test("the selector of the Deployment finds its own pods and not those of the CronJob", () => {
  const wanted = deployment.spec!.selector.matchLabels!;
  expect(deployment.spec!.template.metadata!.labels).toMatchObject(wanted);
  expect(cronJob.spec!.jobTemplate.spec!.template.metadata!.labels).not.toMatchObject(wanted);
});

test("the plumbline.yaml of the ConfigMap is a valid configuration", () => {
  const temporary = mkdtempSync(join(tmpdir(), "plumbline-config-map-"));
  try {
    const file = join(temporary, "plumbline.yaml");
    writeFileSync(file, read<IConfigMap>("v1 ConfigMap").data!["plumbline.yaml"]!);
    expect(readConfiguration(file, "plumbline.yaml").faults).toEqual([]);
  } finally {
    rmSync(temporary, { recursive: true });
  }
});

test("definitions cannot name the token of the pod's own identity", () => {
  const account = read<IServiceAccount>("v1 ServiceAccount");
  expect(account.metadata!.annotations).toHaveProperty(["azure.workload.identity/client-id"]);
  const { tenants, http } = parse(read<IConfigMap>("v1 ConfigMap").data!["plumbline.yaml"]!);
  for (const tenant of tenants) {
    expect(tenant.secrets).toEqual({ env: [], files: ["/run/secrets/plumbline"] });
  }
  expect(http.listen).toBe("0.0.0.0:8080");
});

function version(): string {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}
