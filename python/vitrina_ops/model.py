"""Logs the bundle as a registered model: code and files, never a pickle."""

import io
from contextlib import redirect_stderr
from importlib.metadata import version
from pathlib import Path

import mlflow
import pandas as pd
import vitrina

from vitrina_ops import pyfunc_model, store

CODE = Path(__file__).with_name("pyfunc_model.py")
# What the package `vitrina` needs where the model is loaded. The package is
# installed from this project's sources; no index has it.
REQUIREMENTS = ("lightgbm", "mlflow", "numpy", "pandas", "pyarrow")


def requirements() -> list[str]:
    """The versions of this environment."""
    return [f"{name}=={version(name)}" for name in REQUIREMENTS]


def input_example(bundle: Path) -> pd.DataFrame:
    """A few events of made-up people, in the columns of the signature.

    They touch products that the bundle knows, on the day after it stopped
    learning: for others it does not answer.
    """
    recommender = vitrina.Recommender.load(bundle)
    products = recommender.products
    first, last = products[0], products[-1]
    until = pd.Timestamp(recommender.learned_until)
    noon = until.ceil("D") + pd.Timedelta(hours=12)
    minutes = pd.to_timedelta([0, 2, 5, 60], unit="min")
    return pd.DataFrame(
        {
            "user_id": ["person-1", "person-1", "person-1", "person-2"],
            "action": pd.Series([0, 1, 5, 0], dtype="int64"),
            "date": noon + minutes,
            "products": [[first], [first], [first], [last]],
        }
    )


def log_model(
    bundle: Path, name: str, metadata: dict[str, str]
) -> tuple[str, str]:
    """Logs the bundle within the active run, registered as a new version of
    the model `name`. Returns that version and the logged model's id."""
    said = io.StringIO()
    with redirect_stderr(said):  # that it registered, and what
        info = mlflow.pyfunc.log_model(
            name=store.LOGGED_MODEL,
            python_model=str(CODE),
            artifacts={"bundle": str(bundle)},
            registered_model_name=name,
            signature=pyfunc_model.signature(),
            input_example=input_example(bundle),
            pip_requirements=requirements(),
            metadata=metadata,
        )
    return str(info.registered_model_version), str(info.model_id)
