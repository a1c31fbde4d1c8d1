"""Fitting on several devices or machines: each batch is split over them, by Keras's own data parallelism."""

import os

import keras
import tensorflow as tf
from rich.console import Console

from edge.errors import UserError
from training.common.settings import FitSettings

MACHINES = "KERAS_DISTRIBUTION_JOB_ADDRESSES"
"""The environment variable that tells Keras of the machines that share a fit."""


def distribute(settings: FitSettings, console: Console) -> None:
    """Split the batches over all devices, those of other machines included, where Keras's environment names them.

    To be called before the backend computes anything. A fit gives the same as on one device but for rounding: the loss
    and the batch normalization are those of the whole batch.

    Args:
        settings: Of the fit.
        console: Is told the number of devices.

    Raises:
        UserError: The backend cannot, the machines are not all named, or the batch cannot be split equally.
    """
    if keras.backend.backend() != "jax":
        raise UserError(
            f"--distribute needs Keras's JAX backend, and this is {keras.backend.backend()}",
            "install JAX (pip install jax, or jax[cuda13] for NVIDIA GPUs) and set the variable KERAS_BACKEND=jax",
        )
    # Without a seed Keras makes the machines agree on one, which they have in the settings.
    keras.utils.set_random_seed(settings.seed)
    if os.environ.get(MACHINES) and keras.distribution.distribution() is None:
        _join_machines()
    # Keras's own division of a dataset would have each machine prepare all pictures: see `share_of`.
    distribution = keras.distribution.DataParallel(auto_shard_dataset=False)
    devices = distribution.num_model_replicas
    if settings.batch_size % devices:
        raise UserError(
            f"A batch of {settings.batch_size} pictures cannot be split equally over {devices} devices",
            f"make --batch-size a multiple of {devices}",
        )
    keras.distribution.set_distribution(distribution)
    console.print(f"Each batch is split over {devices} device{'s' if devices > 1 else ''}.")


def share_of(plans: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    """Of each batch's plan, the rows of this machine; all of them unless several machines share the fit."""
    distribution = keras.distribution.distribution()
    if distribution is None or distribution.num_processes == 1:
        return plans
    rows = batch_size // distribution.num_processes
    return plans.rebatch(rows, drop_remainder=True).shard(distribution.num_processes, distribution.data_shard_id)


def _join_machines() -> None:
    try:
        keras.distribution.initialize()
    except ValueError as error:
        raise UserError(
            f"{MACHINES} is set and the fit cannot begin ({error})",
            "set KERAS_DISTRIBUTION_NUM_PROCESSES and KERAS_DISTRIBUTION_PROCESS_ID, too",
        ) from error
