"""An output that a classifier learns beside its own and that is not saved: P(mouth bare).

Masks under the nose and masks under the mouth are one class. Told to find the mouth as well, the network tells both
better from masks that are worn well (Caruana, 1997, "Multitask Learning").
"""

import keras
from keras import layers

from training.classifier.networks import NOT_COMPLIANT

MOUTH_BARE = "p_mouth_bare"

LOSS_WEIGHT = 0.5
"""How much its loss counts beside those of the network's own outputs."""


def with_mouth_output(network: keras.Model) -> keras.Model:
    """A network that shares the weights of the given one and has this output, too.

    Args:
        network: From pictures to a dictionary of answers, with a layer named NOT_COMPLIANT.
    """
    features = network.get_layer(NOT_COMPLIANT).input
    mouth = layers.Dense(1, activation="sigmoid", name=MOUTH_BARE)(features)
    return keras.Model(network.input, {**network.output, MOUTH_BARE: mouth}, name=f"{network.name}_with_mouth")
