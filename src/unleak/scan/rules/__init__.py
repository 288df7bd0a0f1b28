"""Rules that users bring along, written as gitleaks has them: https://github.com/gitleaks/gitleaks#configuration."""
