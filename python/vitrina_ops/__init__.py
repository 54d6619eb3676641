"""What surrounds the program: DVC's local parameters, MLflow, plots.

No algorithm is here: whatever is computed, the program computes.
"""
