"""`/api/v1`: what the commands do, for programs. One file a subject."""

from fastapi import APIRouter

from unleak.web.api import accounts, decisions, errands, findings, incidents, inquiries, reports, tokens

ROUTERS: tuple[APIRouter, ...] = (
    incidents.ROUTER,
    decisions.ROUTER,
    inquiries.ROUTER,
    reports.ROUTER,
    findings.ROUTER,
    accounts.ROUTER,
    errands.ROUTER,
    tokens.ROUTER,
)
