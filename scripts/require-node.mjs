// Plain JavaScript on purpose: this must run on the Node that cannot run the rest.
const [major, minor] = process.versions.node.split(".").map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
if (!runsTypeScript) {
  console.error(
    `Node ${process.versions.node} cannot run TypeScript. The project brings Node 24 as a dependency: ` +
      "run `npm ci` again (without --ignore-scripts), then repeat this command through npm.",
  );
  process.exit(1);
}
