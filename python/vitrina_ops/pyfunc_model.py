"""A packed bundle as an MLflow model, logged as code and not pickled.

    mlflow.pyfunc.log_model(
        name="model",
        python_model="python/vitrina_ops/pyfunc_model.py",
        artifacts={"bundle": "models/bundle"},
        signature=pyfunc_model.signature(),
    )

MLflow runs this file when the model is loaded; the package `vitrina` must
be importable there.
"""

from typing import Any

import mlflow
import pandas as pd
import vitrina
from mlflow.models import ModelSignature
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from mlflow.types import (
    ColSpec,
    DataType,
    ParamSchema,
    ParamSpec,
    Schema,
    TensorSpec,
)
from mlflow.types.schema import AnyType, Array


def signature() -> ModelSignature:
    """Events in, user_id and products out; the size of the answer."""
    # MLflow checks an array of strings at 0.2 ms a row: 20 minutes for a
    # large shop. The texts are checked by Vitrina in any case.
    any_array = Array(AnyType())  # type: ignore[no-untyped-call]
    events: list[ColSpec | TensorSpec] = [
        ColSpec(DataType.string, "user_id"),
        ColSpec(DataType.string, "loc_user_id", required=False),
        ColSpec(DataType.long, "action"),
        ColSpec(DataType.datetime, "date"),
        ColSpec(any_array, "products", required=False),
        ColSpec(DataType.long, "pageId", required=False),
    ]
    answer: list[ColSpec | TensorSpec] = [
        ColSpec(DataType.string, "user_id"),
        ColSpec(Array(DataType.string), "products"),
    ]
    # 0 and "" stand for "as the bundle says": MLflow's defaults have a type.
    params = [
        ParamSpec("max_users", DataType.integer, 0),
        ParamSpec("k", DataType.integer, 0),
        ParamSpec("as_of", DataType.string, ""),
        ParamSpec("allow_future", DataType.boolean, False),
        ParamSpec("force_bundle", DataType.boolean, False),
    ]
    return ModelSignature(Schema(events), Schema(answer), ParamSchema(params))


class VitrinaModel(PythonModel):
    """Answers with the bundle of the artifact `bundle`."""

    def load_context(self, context: PythonModelContext) -> None:
        bundle = context.artifacts["bundle"]
        self.recommender = vitrina.Recommender.load(bundle)

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """A row a customer: user_id and a list of products, best first."""
        given = {
            name: value for name, value in (params or {}).items() if value
        }
        answer = self.recommender.recommend(model_input, **given)
        return pd.DataFrame(
            {
                "user_id": answer["user_id"].to_pylist(),
                "products": answer["products"].to_pylist(),
            }
        )


mlflow.models.set_model(VitrinaModel())
