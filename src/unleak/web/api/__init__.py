"""`/api/v1`: what the commands do, for programs. One file a subject."""

from fastapi import APIRouter

from unleak.web.api import decisions, errands, incidents, inquiries, reports, tokens

ROUTERS: tuple[APIRouter, ...] = (
    incidents.ROUTER,
    decisions.ROUTER,
    inquiries.ROUTER,
    reports.ROUTER,
    errands.ROUTER,
    tokens.ROUTER,
)
