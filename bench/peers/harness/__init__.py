"""Vitrina beside its peers: one evaluation, one effort of tuning."""
