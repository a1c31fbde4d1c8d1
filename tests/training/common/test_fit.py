import keras
import numpy as np
import pytest
import tensorflow as tf

from training.classifier.settings import ClassifierFitSettings
from training.common.fit import cosine_adamw


@pytest.mark.parametrize(("steps", "epochs"), [(5, 10), (4, 60), (2, 1)])
def test_the_averaged_weights_of_a_short_fit_hold_what_it_learned(steps, epochs):
    settings = ClassifierFitSettings(network="", epochs=epochs, batch_size=2, learning_rate=3e-4)
    picture = keras.Input((2,))
    network = keras.Model(picture, keras.layers.Dense(1, kernel_initializer="zeros")(picture))
    optimizer = cosine_adamw(settings, steps=steps, warmup_steps=2, clip_norm=1.0, ema_momentum=0.998)
    network.compile(optimizer, "mse")
    batches = tf.data.Dataset.from_tensors((np.ones((2, 2), np.float32), np.full((2, 1), 9, np.float32))).repeat()
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=False)
    learned = []

    class Learned(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            learned.append(network.get_weights()[0].mean())

    network.fit(batches, epochs=epochs, steps_per_epoch=steps, shuffle=False, callbacks=[Learned(), swap], verbose=0)
    averaged = network.get_weights()[0].mean()
    assert averaged == pytest.approx(learned[-1], rel=0.15)
