// Hands over to Python, as the other shims do.
const { spawnSync } = require('child_process');
const command = ['-P', '-m', 'tests.standins.actions.shims.cache', 'save'];
const env = { ...process.env, PYTHONPATH: process.env.SHIM_ROOT };
process.exit(spawnSync(process.env.SHIM_PYTHON, command, { env, stdio: 'inherit' }).status ?? 1);
