"""What unleak needs around it: a role and events in AWS, webhooks and switches at GitHub. Described, not done, until
somebody says so.
"""
