"""The pages for people. One file each; all of them work without a script, but for what is live."""

from unleak.web.pages import (
    accounts,
    deeds,
    findings,
    incident,
    incidents,
    inquiries,
    live,
    oidc,
    people,
    signin,
    static_files,
    step,
)

ROUTERS = (
    signin.ROUTER,
    oidc.ROUTER,
    incidents.ROUTER,
    incident.ROUTER,
    step.ROUTER,
    inquiries.ROUTER,
    deeds.ROUTER,
    live.ROUTER,
    findings.ROUTER,
    accounts.ROUTER,
    people.ROUTER,
    static_files.ROUTER,
)
