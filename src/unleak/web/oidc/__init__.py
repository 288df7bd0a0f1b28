"""Signing in through a provider of OpenID Connect: https://openid.net/specs/openid-connect-core-1_0.html

The authorization code flow with PKCE. Nothing of it is kept here meanwhile: it is sealed in the person's own browser,
so that any process may answer when they come back.
"""
