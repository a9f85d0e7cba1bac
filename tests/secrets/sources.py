"""All the secrets that there are, each with its mark, and where the daemon has it from."""

from __future__ import annotations

import base64

from tests.secrets.marks import mark

# Of letters and digits alone, or with all that has to be escaped somewhere.
OPERATOR = mark("operator")
FILED = mark("filed")
ANTHROPIC = f"sk-ant-{mark('anthropic')}"
GITHUB = f"ghp_{mark('github')}"
FORGE = f"{mark('forge')}\"\\'%/+=&$ é"
STORED = f"glpat-{mark('stored')}"
ADDRESS = mark("address")
AWS_KEY, AWS_SESSION = mark("awskey"), mark("awssession")
CONTAINER, ROLE_KEY, ROLE_SESSION = mark("container"), mark("rolekey"), mark("rolesession")
HOOK = "whsec_" + base64.b64encode(f"key {mark('hook')}".encode()).decode()
HOOK_PATH = mark("hookpath")
IDLE = "whsec_" + base64.b64encode(f"key {mark('idle')}".encode()).decode()
DATABASE = f"{mark('database')} 'quoted\" \\ &"
NPM, NPMRC = f"npm_{mark('npm')}", f"npm_{mark('npmrc')}"
SITE = mark("site")
GUESS = mark("guess")
SPOKEN, COMMITTED = mark("spoken"), mark("committed")

MARKS = {
    name: mark(name)
    for name in (
        *("operator", "filed", "anthropic", "github", "forge", "stored", "address"),
        *("awskey", "awssession", "container", "rolekey", "rolesession"),
        *("hook", "hookpath", "idle", "database", "npm", "npmrc", "site", "guess"),
        *("spoken", "committed"),
    )
}
