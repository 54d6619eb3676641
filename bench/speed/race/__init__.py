"""Vitrina and its peers timed side by side, each answer checked first."""
